"""Tests of the engine, which import transformers themselves."""

import mmdesk.engine.torchvision_first  # noqa: F401
