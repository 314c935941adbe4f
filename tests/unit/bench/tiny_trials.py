"""Models too small to take time, of shapes that the int4 kernel takes."""

from __future__ import annotations

from mmdesk.bench.peers import Trial
from mmdesk.bench.random_models import Sizes

LLAVA = Trial("llava", Sizes(128, 256, 2, 4, 2, 512, 64, 128, 1, 4, side=56))
QWEN = Trial("qwen", Sizes(128, 256, 2, 4, 2, 512, 64, 128, 1, 4, most_pixels=10_000))
