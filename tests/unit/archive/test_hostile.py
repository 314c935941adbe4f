"""Files that somebody made to do harm, or that got damaged: one sentence, and nothing is taken."""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mmdesk.archive import importing
from mmdesk.archive.exporting import ExportFolder
from mmdesk.archive.importing import Importer, files_in
from mmdesk.bench.durability.trees import Maker
from mmdesk.core.conversations import ConversationTree, Run
from mmdesk.core.errors import (
    ArchiveEmpty,
    ArchiveError,
    ArchiveFileChanged,
    ArchiveFileMissing,
    ArchiveNonsense,
    ArchiveNotJson,
    ArchiveStrays,
    ArchiveTooLarge,
    ArchiveTooNew,
    FileMissing,
    MediaError,
    MmdeskError,
    NotAFile,
)
from mmdesk.core.messages import Picture
from mmdesk.core.requests import GenerationSettings
from mmdesk.core.speech import Recording
from mmdesk.store.sqlite import SqliteStore
from tests.unit.archive.conftest import FromDocument

Document = dict[str, Any]


@pytest.fixture
def tree(pictures: list[Picture], recordings: list[Recording]) -> ConversationTree:
    """Return a conversation with everything in it."""
    maker = Maker(8, pictures, recordings)
    for found in iter(maker.tree, None):
        text = repr(found)
        if all(word in text for word in ("ImagePart", "AudioPart", "Usage(", "Failure(")):
            return found
    raise AssertionError


@pytest.fixture
def exported(tree: ConversationTree, tmp_path: Path) -> Document:
    file = ExportFolder(tmp_path / "from").write(tree).file
    document: Document = json.loads(file.read_text("utf-8"))
    return document


def trees(from_document: FromDocument, document: Any) -> list[ConversationTree]:
    return [found.tree() for found in from_document(document)]


def refusal(from_document: FromDocument, document: Any) -> MmdeskError:
    with pytest.raises((ArchiveError, MediaError)) as caught:
        trees(from_document, document)
    assert len(caught.value.message) < 500
    assert "  " not in caught.value.message
    assert caught.value.hint
    return caught.value


def test_what_was_exported_is_taken(exported: Document, from_document: FromDocument) -> None:
    (found,) = from_document(exported)
    assert found.tree().id == exported["mmdesk"]["id"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", ArchiveNotJson),
        ("hello", ArchiveNotJson),
        ("[" * 200_000, ArchiveNotJson),
        ('{"a":' * 200_000, ArchiveNotJson),
        ('{"messages": [' + "9" * 5000 + "]}", ArchiveNotJson),
        ('{"messages": ' + "[" * 900 + "]" * 900 + "}", ArchiveNonsense),
        ("null", ArchiveNonsense),
        ("[]", ArchiveNonsense),
        ("{}", ArchiveNonsense),
        ("12", ArchiveNonsense),
        ('{"messages": {}}', ArchiveNonsense),
        ('{"messages": []}', ArchiveNonsense),
        ('{"messages": [1]}', ArchiveNonsense),
        ('{"messages": [{"role": "user"}]}', ArchiveNonsense),
        ('{"messages": [{"role": 1, "content": "a"}]}', ArchiveNonsense),
        ('{"messages": [{"role": "king", "content": "a"}]}', ArchiveNonsense),
        ('{"messages": [{"role": "user", "content": 7}]}', ArchiveNonsense),
        ('{"messages": [{"role": "user", "content": [{"type": "text"}]}]}', ArchiveNonsense),
        ('{"mmdesk": {"id": "a", "nodes": []}}', ArchiveNonsense),
        ('{"mmdesk": 7, "schema_version": 1}', ArchiveNonsense),
        ('{"mmdesk": {"id": "../x"}, "schema_version": 1}', ArchiveNonsense),
        ('{"mmdesk": {"id": "a"}, "schema_version": 2}', ArchiveTooNew),
        ('{"mmdesk": {"id": "a"}, "schema_version": "1"}', ArchiveNonsense),
    ],
)
def test_nonsense(text: str, kind: type[ArchiveError], from_document: FromDocument) -> None:
    assert type(refusal(from_document, text)) is kind


def test_a_file_that_is_no_text(importer: Importer, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"\xff\xfe\x00\x01" * 100)
    with pytest.raises(ArchiveNotJson):
        importer.conversations(file)


def test_files_that_can_not_be_read(importer: Importer, tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        importer.conversations(tmp_path / "none.json")
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(NotAFile):
        importer.conversations(tmp_path / "pipe.json")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArchiveEmpty):
        files_in(tmp_path / "empty")
    (tmp_path / "empty" / "x.json").symlink_to("/etc/passwd")
    with pytest.raises(ArchiveEmpty):
        files_in(tmp_path / "empty")


def test_a_file_without_end(
    importer: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LARGEST_MB", 1)
    with (tmp_path / "a.json").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ArchiveTooLarge):
        importer.conversations(tmp_path / "a.json")


@pytest.mark.parametrize("piece", ["{}", "[]", '{"a":1}', '"a"', "[1]"])
def test_a_file_that_would_fill_the_memory(from_document: FromDocument, piece: str) -> None:
    """Sixty megabytes of JSON become gigabytes of objects: it is not even parsed."""
    count = (60 << 20) // (len(piece) + 1)
    document = '{"messages": [' + ",".join([piece] * count) + "]}"
    error = refusal(from_document, document)
    assert error.message == "“chat.json” can't be imported: the file has too many values."


def test_a_file_of_long_texts_is_taken(from_document: FromDocument) -> None:
    text = 'Well, {this} is "code": [1, 2].\n' * 600_000
    (tree,) = trees(from_document, {"messages": [{"role": "user", "content": text}]})
    assert tree.nodes[0].entry.message.text == text


def _nodes(document: Document) -> list[Document]:
    nodes: list[Document] = document["mmdesk"]["nodes"]
    return nodes


def _circle(document: Document) -> None:
    first, second = (copy.deepcopy(_nodes(document)[0]) for _ in range(2))
    first.update(id="a", parent="b")
    second.update(id="b", parent="a")
    document["mmdesk"].update(nodes=[first, second], leaf="a")


def _endless(document: Document) -> None:
    _nodes(document)[0]["notes"] = [{"template": "{a:>999999999999}", "fields": {"a": 1}}]


def _nested(document: Document) -> None:
    fields = {"a": 1, "b": ">99999999999"}
    _nodes(document)[0]["notes"] = [{"template": "{a:{b}}", "fields": fields}]


def _attribute(document: Document) -> None:
    _nodes(document)[0]["notes"] = [{"template": "{a.__class__}", "fields": {"a": 1}}]


def _run(**changes: object) -> Callable[[Document], object]:
    """Return what gives the first message a run with something odd in it."""
    run = {"settings": {"temperature": 0.5, "top_p": 1, "max_tokens": 9}, "tokens": [1], **changes}
    return lambda document: _nodes(document)[0].update(run=run)


def _settings(**changes: object) -> Callable[[Document], object]:
    settings = {"system_prompt": "", "generation": {"temperature": 0, **changes}}
    return lambda document: document["mmdesk"].update(settings=settings)


def test_a_run_of_few_words_is_taken(exported: Document, from_document: FromDocument) -> None:
    _run()(exported)
    _settings()(exported)
    (tree,) = trees(from_document, exported)
    assert tree.nodes[0].entry.run == Run(GenerationSettings(0.5, max_tokens=9), (1,))
    assert tree.settings.generation == GenerationSettings()


@pytest.mark.parametrize(
    "spoil",
    [
        _run(tokens=[1, -1]),
        _run(tokens=[2**32]),
        _run(tokens=[True]),
        _run(tokens=[1.0]),
        _run(tokens="12"),
        _run(tokens=[1] * (2**20 + 1)),
        _run(begun=2),
        _run(begun=-1),
        _run(settings=None),
        _run(settings={"seed": 2**64}),
        _run(settings={"seed": "1"}),
        _run(sha256="0F" * 32),
        _run(sha256="../x"),
        _run(device="x" * 5000),
        _run(libraries=[["torch", "2"]]),
        _run(libraries={"torch": 2}),
        _run(libraries={"x" * 5000: "2"}),
        _run(libraries={str(n): "2" for n in range(101)}),
        _settings(temperature=-1),
        _settings(temperature=1e300),
        _settings(top_p=0),
        _settings(top_p=1.5),
        _settings(max_tokens=0),
        _settings(max_tokens=2**60),
        _settings(seed=-(2**63) - 1),
        lambda document: document["mmdesk"].update(settings=[]),
        lambda document: document["mmdesk"].update(settings={"system_prompt": 5}),
        lambda document: document["mmdesk"].update(settings={"generation": 5}),
        lambda document: _nodes(document)[0].update(run="x"),
        _circle,
        _endless,
        _nested,
        _attribute,
        lambda document: _nodes(document)[0].update(parent=_nodes(document)[0]["id"]),
        lambda document: _nodes(document).append(_nodes(document)[0]),
        lambda document: _nodes(document)[0].update(created_us=1e300),
        lambda document: _nodes(document)[0].update(created_us=-1),
        lambda document: _nodes(document)[0].update(role="root"),
        lambda document: _nodes(document)[0].update(parts=[{}] * 5000),
        lambda document: document["mmdesk"].update(leaf="nobody"),
        lambda document: document["mmdesk"].update(title=["a"]),
        lambda document: document["mmdesk"].update(updated_us=2**70),
        lambda document: document["mmdesk"].update(pinned="yes"),
        lambda document: _nodes(document)[0].update(
            notes=[{"template": "{a}", "fields": {"a": json.loads("[" * 200 + "]" * 200)}}]
        ),
    ],
)
def test_a_spoilt_tree(
    spoil: Callable[[Document], object], exported: Document, from_document: FromDocument
) -> None:
    spoil(exported)
    assert isinstance(refusal(from_document, exported), ArchiveNonsense)


def test_anything_in_the_place_of_anything(
    exported: Document, from_document: FromDocument, open_store: Callable[[str], SqliteStore]
) -> None:
    """Values are replaced at random: that is refused with a sentence, or can be kept."""
    store = open_store("store")
    pick = random.Random(1)
    strange: tuple[Any, ...] = (
        None,
        True,
        -1,
        1e400,
        "",
        "x" * 9000,
        "\ud800",
        [],
        {},
        [[]],
        "../../etc/passwd",
    )
    refused = 0
    for attempt in range(400):
        document = copy.deepcopy(exported)
        at: Any = document
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            key = pick.choice(keys)
            if not at[key] or not isinstance(at[key], dict | list) or pick.random() < 0.1:
                break
            at = at[key]
        at[key] = pick.choice(strange)
        try:
            accepted = trees(from_document, document)
        except (ArchiveError, MediaError):
            refused += 1
            continue
        for number, tree in enumerate(accepted):
            identity = f"{attempt}-{number}"
            store.add_tree(replace(tree, id=identity))
            assert len(store.tree(identity).nodes) == len(tree.nodes)
            assert store.conversation(identity).entries
    assert 100 < refused < 399


@pytest.mark.parametrize(
    "reference",
    ["../secret.png", "/etc/passwd", "media/../../secret.png", "file:///etc/passwd", "~/a.png",
     "media\\..\\secret.png", "C:/secret.png", "", ".", "media//a.png", "a\0b", "x" * 5000],
)  # fmt: skip
def test_paths_that_leave_the_folder(
    reference: str, from_document: FromDocument, tmp_path: Path, pictures: list[Picture]
) -> None:
    (tmp_path / "secret.png").write_bytes(pictures[0].path.read_bytes())
    part = {"type": "image_url", "image_url": {"url": reference}}
    error = refusal(from_document, [{"role": "user", "content": [part]}])
    assert isinstance(error, ArchiveStrays | ArchiveFileMissing)


def test_links_that_leave_the_folder(
    from_document: FromDocument, tmp_path: Path, pictures: list[Picture]
) -> None:
    (tmp_path / "out").mkdir()
    secret = tmp_path / "out" / "secret.png"
    secret.write_bytes(pictures[0].path.read_bytes())
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "link.png").symlink_to(secret)
    (tmp_path / "from" / "media").symlink_to(tmp_path / "out")
    for reference in ("link.png", "media/secret.png"):
        part = {"type": "image_url", "image_url": {"url": reference}}
        error = refusal(from_document, [{"role": "user", "content": [part]}])
        assert isinstance(error, ArchiveStrays)


def test_an_attachment_that_is_another(
    exported: Document, from_document: FromDocument, tmp_path: Path
) -> None:
    for file in (tmp_path / "from" / "media").iterdir():
        file.write_bytes(file.read_bytes() + b" and more")
    assert isinstance(refusal(from_document, exported), ArchiveFileChanged)


def test_a_folder_in_the_place_of_an_attachment(
    exported: Document, from_document: FromDocument, tmp_path: Path
) -> None:
    for file in (tmp_path / "from" / "media").iterdir():
        file.unlink()
        file.mkdir()
    assert isinstance(refusal(from_document, exported), ArchiveFileMissing)


def test_every_sentence_that_may_be_kept_can_be_imported(from_document: FromDocument) -> None:
    """The rules for sentences fit all that mmdesk says itself."""
    from mmdesk.archive.checked import Value
    from tests.unit.core.test_errors import ALL, _fields

    for kind in ALL:
        for phrase in (kind(**_fields(kind)).message_phrase, kind(**_fields(kind)).hint_phrase):
            document = {"template": phrase.template, "fields": phrase.fields}
            assert Value("a", document, "notes").phrase() == phrase
    document = {"template": "{hours:g} {minutes:02} {size:,} {x:.1f}", "fields": {"hours": 1}}
    document["fields"].update(minutes=2, size=3, x=1.5)  # type: ignore[attr-defined]
    assert str(Value("a", document, "notes").phrase()) == "1 02 3 1.5"
