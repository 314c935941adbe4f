"""The thought of a reasoning model is told apart from its answer."""

from __future__ import annotations

import pytest

from mmdesk.core.reasoning import Reply, split_reasoning


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("It is red.", Reply("", "It is red.", False)),
        ("", Reply("", "", False)),
        ("<think>red?</think>\n\nRed.", Reply("red?", "Red.", False)),
        ("\n<think>\nred", Reply("red", "", True)),
        ("<thi", Reply("", "", True)),
        ("the prompt opened it</think>Red.", Reply("the prompt opened it", "Red.", False)),
        ("Write `<think>` and `</think>`.", Reply("", "Write `<think>` and `</think>`.", False)),
        ("```\n</think>\n```", Reply("", "```\n</think>\n```", False)),
        ("<think></think>ok", Reply("", "ok", False)),
    ],
)
def test_split(text: str, reply: Reply) -> None:
    assert split_reasoning(text) == reply
