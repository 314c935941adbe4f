"""The matching models; the line below must come before transformers."""

import mmdesk.engine.torchvision_first  # noqa: F401
