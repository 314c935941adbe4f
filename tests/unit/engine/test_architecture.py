"""The allow-list of architectures is transformers' own, less the named exceptions."""

from __future__ import annotations

from typing import Any

import pytest
from transformers.models.auto import modeling_auto

from mmdesk.models.families import (
    IMAGE_TEXT_MODEL_TYPES,
    MATCH_MODEL_TYPES,
    NO_CHAT_MODEL_TYPES,
    SPEECH_MODEL_TYPES,
    role_of,
)
from tests.unit.engine.families.family import all_families


def test_the_list_is_that_of_transformers() -> None:
    transformers_list = set(modeling_auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES)
    assert transformers_list - set(NO_CHAT_MODEL_TYPES) == IMAGE_TEXT_MODEL_TYPES
    assert set(NO_CHAT_MODEL_TYPES) <= transformers_list, "exceptions to nothing"


def test_the_other_roles_are_known_to_transformers() -> None:
    speech = modeling_auto.MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING_NAMES
    match = modeling_auto.MODEL_FOR_ZERO_SHOT_IMAGE_CLASSIFICATION_MAPPING_NAMES
    assert set(speech) >= SPEECH_MODEL_TYPES
    assert set(match) >= MATCH_MODEL_TYPES


def test_every_family_of_the_table_is_on_the_list() -> None:
    assert {family.model_type for family in all_families()} <= IMAGE_TEXT_MODEL_TYPES


@pytest.mark.parametrize(
    ("config", "role"),
    [
        ({"model_type": "qwen3_vl"}, "chat"),
        ({"model_type": "blip-2"}, "chat"),
        ({"model_type": "whisper"}, "speech"),
        ({"model_type": "clip"}, "match"),
        ({"model_type": "siglip2"}, "match"),
        ({"model_type": "pi0"}, None),
        ({"model_type": "llama"}, None),
        ({"model_type": ["llava"]}, None),
        ({"model_type": None}, None),
        ({}, None),
    ],
)
def test_a_checkpoint_is_for_what_its_configuration_says(
    config: dict[str, Any], role: str | None
) -> None:
    assert role_of(config) == role
