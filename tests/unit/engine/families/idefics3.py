"""Idefics3: a picture becomes tiles, and one more for the whole."""

from __future__ import annotations

from tests.unit.engine.families.family import Family
from tests.unit.engine.tiny_models import make_idefics

FAMILY = Family("Idefics3", "idefics3", "Idefics3Processor", make_idefics)
