"""Names of files, Markdown, and folders that can't be written."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from mmdesk.archive.exporting import ExportFolder
from mmdesk.archive.names import LONGEST, file_stem
from mmdesk.core.conversations import (
    ConversationSettings,
    ConversationTree,
    Entry,
    EntryStatus,
    Node,
    Run,
)
from mmdesk.core.errors import ExportUnwritable
from mmdesk.core.messages import Picture, TranscriptPart, assistant_message, user_message
from mmdesk.core.requests import GenerationSettings
from mmdesk.core.speech import Recording


def conversation(title: str, pictures: tuple[Picture, ...] = ()) -> ConversationTree:
    transcript = TranscriptPart("talk.mp3", "[0:01] <b>hi</b>", 3.0, "en")
    asked = Entry("q", user_message("What *is* it?", pictures, (transcript,)))
    old = Entry("a", assistant_message("An old answer."))
    new = Entry("b", assistant_message("A **dog**."), EntryStatus.STOPPED, model="Starter")
    nodes = (Node(asked, None, 1), Node(old, "q", 2), Node(new, "q", 3))
    return ConversationTree("c", title, 1_700_000_000_000_000, 5, leaf="b", nodes=nodes)


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Holiday", "Holiday"),
        ("海边的照片", "海边的照片"),
        ("../../etc/passwd", "etc passwd"),
        ("a/b\\c: d?", "a b c d"),
        ("con", "con_"),
        ("LPT1.txt", "_LPT1.txt"),
        ("...", "conversation"),
        ("", "conversation"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\0\x1bb", "a b"),
        ("half \ud800 pair", "half pair"),
    ],
)
def test_file_names(title: str, stem: str) -> None:
    assert file_stem(title) == stem


@pytest.mark.parametrize("title", ["T" * 5000, "海" * 5000, "🦊" * 500])
def test_very_long_titles(title: str, tmp_path: Path) -> None:
    assert LONGEST - 4 < len(file_stem(title).encode()) <= LONGEST
    assert ExportFolder(tmp_path).write(conversation(title)).file.is_file()


def test_titles_that_are_the_same(tmp_path: Path) -> None:
    folder = ExportFolder(tmp_path)
    names = [folder.write(conversation("Same")).file.name for _ in range(3)]
    assert names == ["Same.json", "Same (2).json", "Same (3).json"]
    assert ExportFolder(tmp_path).write(conversation("Same"), markdown=True).file.name == "Same.md"
    assert not list(tmp_path.rglob("*.part"))


def test_markdown(tmp_path: Path, pictures: list[Picture], recordings: list[Recording]) -> None:
    picture = replace(pictures[0], name="a]( [b.png")
    tree = conversation("# 海边 <b>", (picture,))
    text = ExportFolder(tmp_path).write(tree, markdown=True).file.read_text("utf-8")
    assert text.startswith("# \\# 海边 \\<b\\>\n\n*2023-11-14 22:13 UTC*\n\n## Question\n")
    assert f"![a\\]( \\[b.png](media/{picture.sha256}.png)" in text
    assert "What *is* it?" in text
    assert "> \\[0:01\\] \\<b\\>hi\\</b\\>" in text
    assert text.endswith("## Answer (Starter)\n\nA **dog**.\n\n*Stopped.*\n")
    assert "old answer" not in text
    assert (tmp_path / "media" / f"{picture.sha256}.png").is_file()


def test_the_system_prompt_in_markdown(tmp_path: Path) -> None:
    settings = ConversationSettings("Be *brief*.\n请用中文。")
    tree = replace(conversation("Cats"), settings=settings)
    text = ExportFolder(tmp_path).write(tree, markdown=True).file.read_text("utf-8")
    assert " UTC*\n\n> Be \\*brief\\*.  \n> 请用中文。  \n\n## Question\n" in text


def test_tokens_stand_beside_each_other(tmp_path: Path) -> None:
    text = "[\n 1,\n 2\n]"
    run = Run(GenerationSettings(), tokens=(1, 22, 333))
    entry = Entry("a", assistant_message(text), run=run)
    tree = replace(conversation("x"), nodes=(Node(entry, None, 1),), leaf="a")
    written = ExportFolder(tmp_path).write(tree).file.read_text("utf-8")
    assert '"tokens": [1, 22, 333],\n' in written
    (node,) = json.loads(written)["mmdesk"]["nodes"]
    assert node["parts"][0]["text"] == text


def test_a_damaged_attachment_is_told_of(tmp_path: Path, pictures: list[Picture]) -> None:
    wrong = replace(pictures[0], sha256=pictures[1].sha256)
    written = ExportFolder(tmp_path).write(conversation("x", (wrong,)), markdown=True)
    assert written.missing == 1
    assert "no longer there" in written.file.read_text("utf-8")
    assert not (tmp_path / "media").exists()


def test_a_file_in_the_place_of_the_folder(tmp_path: Path, pictures: list[Picture]) -> None:
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 300)):
        with pytest.raises(ExportUnwritable):
            ExportFolder(place)
    (tmp_path / "media").write_text("mine")
    with pytest.raises(ExportUnwritable):
        ExportFolder(tmp_path).write(conversation("x", (pictures[0],)))
    assert (tmp_path / "media").read_text() == "mine"
    assert sorted(os.listdir(tmp_path)) == ["file", "media"]
