"""Imported for what it does, before transformers: see :mod:`mmdesk.models.torchvision_compat`.

ruff's isort has a section of its own for it in ``pyproject.toml``, above the third-party ones.
"""

from mmdesk.models.torchvision_compat import prepare_torchvision

prepare_torchvision()
