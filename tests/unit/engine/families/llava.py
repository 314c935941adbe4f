"""LLaVA 1.5: CLIP, one square per picture, any Llama behind it."""

from __future__ import annotations

from tests.unit.engine.families.family import Family
from tests.unit.engine.tiny_models import make_llava

FAMILY = Family("LLaVA", "llava", "LlavaProcessor", make_llava)
