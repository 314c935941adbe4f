"""What needs a GPU; skipped where there is none."""

import mmdesk.engine.torchvision_first  # noqa: F401
