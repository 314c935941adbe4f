"""Its modules import transformers themselves: torchvision goes first."""

import mmdesk.engine.torchvision_first  # noqa: F401
