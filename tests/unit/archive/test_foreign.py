"""OpenAI ``messages`` that other programs wrote."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from mmdesk.archive.foreign import ADDRESSES, LEFT_OUT
from mmdesk.core.conversations import NO_SETTINGS, ConversationSettings
from mmdesk.core.errors import MediaError
from mmdesk.core.messages import ImagePart, Picture, Role, TextPart
from tests.unit.archive.conftest import FromDocument


def test_a_plain_chat(from_document: FromDocument) -> None:
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "\n 你好，世界\nmore"},
        {"role": "assistant", "content": [{"type": "text", "text": "Hi."}]},
    ]
    (found,) = from_document({"messages": messages, "model": "gpt", "temperature": 1})
    tree = found.tree()
    assert tree.title == "你好，世界"
    assert not tree.named
    assert [node.entry.message.role for node in tree.shown] == [Role.USER, Role.ASSISTANT]
    assert tree.nodes[1].entry.message.text == "Hi."
    assert tree.settings == ConversationSettings("Be brief.")
    assert not found.told
    (again,) = from_document({"messages": messages})
    assert again.id == found.id
    messages[1]["content"] = "Other"
    (other,) = from_document(messages)
    assert other.id != found.id


def test_what_the_system_says(from_document: FromDocument) -> None:
    """Before the first question it is the system prompt; later, or with a picture, a message."""
    said = [
        {"role": "system", "content": "One."},
        {"role": "developer", "content": [{"type": "text", "text": "Two."}]},
        {"role": "user", "content": "Hi"},
        {"role": "system", "content": "Three."},
    ]
    tree = from_document(said)[0].tree()
    assert tree.settings.system_prompt == "One.\n\nTwo."
    assert [node.entry.message.text for node in tree.shown] == ["Hi", "Three."]
    assert tree.nodes[0].parent is None
    alone = from_document(said[:1])[0].tree()
    assert [node.entry.message.text for node in alone.shown] == ["One."]
    assert alone.settings == NO_SETTINGS


def test_many_chats_in_one_file(from_document: FromDocument) -> None:
    chats = [
        {"title": f"Chat {n}", "messages": [{"role": "user", "content": str(n)}]} for n in range(3)
    ]
    trees = [found.tree() for found in from_document(chats)]
    assert [tree.title for tree in trees] == ["Chat 0", "Chat 1", "Chat 2"]
    assert all(tree.named for tree in trees)


def test_a_byte_order_mark(from_document: FromDocument) -> None:
    (found,) = from_document("\ufeff" + json.dumps([{"role": "user", "content": "a"}]))
    assert found.tree().nodes


def test_pictures_in_data_urls(from_document: FromDocument, pictures: list[Picture]) -> None:
    data = base64.b64encode(pictures[0].path.read_bytes()).decode()
    url = f"data:image/png;base64,{data}"
    content = [
        {"type": "image_url", "image_url": {"url": url, "detail": "low"}},
        {"type": "input_image", "image_url": url},
        {"type": "text", "text": "?"},
    ]
    (found,) = from_document([{"role": "user", "content": content}])
    kept = found.tree().nodes[0].entry.message
    assert [picture.sha256 for picture in kept.pictures] == [pictures[0].sha256] * 2
    assert kept.parts[2] == TextPart("?")


@pytest.mark.parametrize(
    "url",
    [
        "data:image/png;base64,!!!!",
        "data:image/png;base64,aGVsbG8=",
        "data:,hello",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:image/png;base64,é",
    ],
)
def test_data_urls_without_a_picture(url: str, from_document: FromDocument) -> None:
    content = [{"type": "image_url", "image_url": {"url": url}}]
    (found,) = from_document([{"role": "user", "content": content}])
    with pytest.raises(MediaError):
        found.tree()


def test_web_addresses_are_told_of_and_not_fetched(from_document: FromDocument) -> None:
    """Tests fail at the first connection; see ``no_network``."""
    content = [
        {"type": "image_url", "image_url": {"url": "HTTPS://example.org/a.png"}},
        {"type": "text", "text": "What is it?"},
    ]
    (found,) = from_document([{"role": "user", "content": content}])
    parts = found.tree().nodes[0].entry.message.parts
    assert parts == (TextPart("[HTTPS://example.org/a.png]"), TextPart("What is it?"))
    assert found.told[ADDRESSES] == 1


def test_pictures_beside_the_file(
    from_document: FromDocument, tmp_path: Path, pictures: list[Picture]
) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "图 1.png").write_bytes(pictures[1].path.read_bytes())
    content = [{"type": "image_url", "image_url": {"url": "图 1.png"}}]
    (found,) = from_document([{"role": "user", "content": content}])
    (part,) = found.tree().nodes[0].entry.message.parts
    assert isinstance(part, ImagePart)
    assert part.picture.sha256 == pictures[1].sha256
    assert part.picture.name == "图 1.png"


def test_tools_and_sounds_are_left_out_and_told_of(from_document: FromDocument) -> None:
    messages = [
        {"role": "user", "content": [{"type": "input_audio", "input_audio": {}}, "Weather?"]},
        {"role": "assistant", "content": None, "tool_calls": [{}]},
        {"role": "tool", "content": "sunny"},
        {"role": "assistant", "content": "Sunny."},
    ]
    (found,) = from_document(messages)
    tree = found.tree()
    assert [node.entry.message.text for node in tree.shown] == ["Weather?", "Sunny."]
    assert found.told[LEFT_OUT] == 3
