"""``python -m mmdesk``."""

from __future__ import annotations

import sys

from mmdesk.cli import main

if __name__ == "__main__":
    sys.exit(main())
