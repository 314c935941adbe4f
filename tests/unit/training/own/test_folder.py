"""What a folder of examples may say, and the sentence for everything else."""

from __future__ import annotations

import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from mmdesk.core.errors import (
    DataFileMissing,
    DataFilesSeveral,
    DataFolderUnusable,
    DataInvalid,
    FileEmpty,
    MmdeskError,
)
from mmdesk.training.own.folder import Box, Entry, Turn, read_folder
from mmdesk.training.own.pictures import read_picture

Maker = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a red a.png and a green sub/b.jpg."""
    made = tmp_path / "pictures"
    (made / "sub").mkdir(parents=True)
    Image.new("RGB", (40, 20), "red").save(made / "a.png")
    Image.new("RGB", (20, 40), "green").save(made / "sub" / "b.jpg")
    return made


def written(folder: Path, *lines: object, name: str = "data.jsonl") -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (folder / name).write_text("\n".join(texts) + "\n", encoding="utf-8")
    return folder


def refusal(folder: Path) -> MmdeskError:
    with pytest.raises(MmdeskError) as caught:
        read_folder(folder)
    assert caught.value.hint
    return caught.value


def fault(folder: Path, line: object) -> str:
    """What is said of one line that can't be used."""
    error = refusal(written(folder, line))
    assert isinstance(error, DataInvalid)
    head, first = error.message.split("\n")
    assert head == f"“{folder / 'data.jsonl'}” can't be used:"
    assert first.startswith("  line 1: ")
    return first.removeprefix("  line 1: ")


def test_every_kind_of_line(folder: Path):
    box = {"bbox_2d": [0, 100, 500, 1000], "label": "dog"}
    written(
        folder,
        {"picture": "a.png", "caption": " A red page. "},
        "",
        {"picture": "sub/b.jpg", "captions": ["green", "绿色"]},
        {"picture": "a.png", "question": "What?", "answer": "red"},
        {"picture": "a.png", "question": "What?", "answers": ["red", "dark red"]},
        {"pictures": ["a.png", "sub/b.jpg"], "turns": [
            {"question": "Same?", "answer": "no"}, {"question": "Why?", "answer": "colour"},
        ]},
        {"picture": "a.png", "label": "page"},
        {"picture": "a.png", "question": "Where is the dog?", "boxes": [box]},
        {"picture": "a.png", "question": "Where is the cat?", "boxes": []},
    )  # fmt: skip
    found = read_folder(folder)
    a, b = folder / "a.png", folder / "sub" / "b.jpg"
    assert found.entries == (
        Entry(1, (a,), captions=("A red page.",)),
        Entry(3, (b,), captions=("green", "绿色")),
        Entry(4, (a,), turns=(Turn("What?", ("red",)),)),
        Entry(5, (a,), turns=(Turn("What?", ("red", "dark red")),)),
        Entry(6, (a, b), turns=(Turn("Same?", ("no",)), Turn("Why?", ("colour",)))),
        Entry(7, (a,), label="page"),
        Entry(8, (a,), turns=(Turn("Where is the dog?", ()),),
              boxes=(Box((0, 100, 500, 1000), "dog"),)),
        Entry(9, (a,), turns=(Turn("Where is the cat?", ()),), boxes=()),
    )  # fmt: skip
    assert found.file == folder / "data.jsonl"
    assert set(found.digests) == {a, b}
    assert len(set(found.digests.values())) == 2


def test_a_byte_order_mark_and_windows_line_ends_are_taken(folder: Path):
    line = json.dumps({"picture": "a.png", "caption": "é"}, ensure_ascii=False)
    (folder / "x.jsonl").write_bytes(b"\xef\xbb\xbf" + f"{line}\r\n\r\n{line}".encode())
    assert [entry.line for entry in read_folder(folder).entries] == [1, 3]


def test_folders_that_are_none(folder: Path, tmp_path: Path):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "there is no such folder" in refusal(tmp_path / "gone").message
    assert "it is a file" in refusal(folder / "a.png").message
    assert "it is empty" in refusal(empty).message
    assert isinstance(refusal(Path("a\0b")), DataFolderUnusable)
    assert isinstance(refusal(Path("~nobody-of-that-name/x")), DataFolderUnusable)


def test_lists_that_are_none_or_several(folder: Path):
    assert isinstance(refusal(folder), DataFileMissing)
    assert '{"picture": "a.jpg", "caption": "…"}' in refusal(folder).hint
    (folder / "data.jsonl").touch()
    assert isinstance(refusal(folder), FileEmpty)
    written(folder, {"picture": "a.png", "caption": "x"})
    written(folder, {"picture": "a.png", "caption": "x"}, name="other.JSONL")
    several = refusal(folder)
    assert isinstance(several, DataFilesSeveral)
    assert "data.jsonl, other.JSONL" in several.message
    (folder / "other.JSONL").unlink()
    (folder / "data.jsonl").unlink()
    os.mkfifo(folder / "data.jsonl")
    assert "not a regular file" in refusal(folder).message


def test_only_blank_lines(folder: Path):
    assert "there are only blank lines" in refusal(written(folder, "", "  ")).message


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "it is no JSON: "),
        ("[", "it is a list; write one object {…} a line"),
        ("3", "it is no JSON object {…}"),
        ("[" * 5000, "it is a list"),
        ('{"picture": ' + "[" * 100_000, "it is no JSON that makes sense"),
        ('{"picture": ' + "1" * 5000 + "}", "it is no JSON that makes sense"),
        ('{"picture": "a.png", "picture": "a.png", "caption": "x"}', "“picture” stands there twi"),
        ({"picture": "a.png", "captoin": "x"}, "“captoin” is no field; did you mean “caption”?"),
        ({"picture": "a.png", "zzz": "x"}, "“zzz” is no field (known: picture, pictures, "),
        ({"caption": "x"}, "it names no “picture”"),
        ({"picture": "a.png"}, "it has neither “caption” nor “question”, “label” or “boxes”"),
        ({"picture": "a.png", "caption": 3}, "“caption” must be a text, not 3"),
        ({"picture": "a.png", "caption": None}, "“caption” must be a text, not null"),
        ({"picture": "a.png", "caption": {}}, "“caption” must be a text, not an empty {…}"),
        ({"picture": "a.png", "caption": " "}, "“caption” is empty"),
        ({"picture": "a.png", "caption": "\ud800"}, "“caption” has half a character in it"),
        ({"picture": "a.png", "captions": []}, "“captions” must be a list of texts, not an empty"),
        ({"picture": "a.png", "captions": "x"}, "“captions” must be a list of texts"),
        ({"picture": "a.png", "caption": "x", "captions": ["x"]}, "“caption” and “captions”"),
        ({"picture": ["a.png"], "caption": "x"}, "“picture” must be a text, not a list"),
        ({"picture": "a.png", "caption": "x", "label": "x"}, "it has “caption” and “label”: give"),
        ({"picture": "a.png", "question": "x"}, "it has a “question” without “answer”"),
        ({"picture": "a.png", "answer": "x"}, "it has “answer” without “question”"),
        ({"picture": "a.png", "boxes": []}, "it has “boxes” without “question”"),
        ({"picture": "a.png", "caption": "x", "question": "x"}, "it has “caption” and “question”"),
        ({"picture": "a.png", "turns": []}, "“turns” must be a list of questions and answers"),
        ({"picture": "a.png", "turns": ["x"]}, 'each of “turns” must be an object {…}, not "x"'),
        ({"picture": "a.png", "turns": [{"answer": "x"}]}, "it has an “answer” without “question”"),
        ({"picture": "a.png", "turns": [{"q": "x"}]}, "“q” is no field (known: question, answer,"),
        ({"picture": "a.png", "turns": [{"question": "x", "answer": "x"}], "answer": "x"},
         "it has “answer” and “turns”"),
        ({"pictures": ["a.png", "sub/b.jpg"], "caption": "x"}, "“caption” is about one picture"),
        ({"picture": "a.png", "question": "x", "boxes": {}}, "“boxes” must be a list"),
        ({"picture": "a.png", "question": "x", "boxes": [{"bbox_2d": [1, 2, 3], "label": "x"}]},
         "“bbox_2d” must be four numbers"),
        ({"picture": "a.png", "question": "x",
          "boxes": [{"bbox_2d": [0, 0, True, 9], "label": "x"}]}, "“bbox_2d” must be four numbers"),
        ({"picture": "a.png", "question": "x",
          "boxes": [{"bbox_2d": [9, 0, 9, 1001], "label": "x"}]}, "“bbox_2d” must be thousandths"),
        ('{"picture": "a.png", "question": "x", "boxes": [{"bbox_2d": [NaN, 0, 1, 1]}]}',
         "NaN is no number"),
        ({"picture": "a.png", "question": "x", "boxes": [{"bbox_2d": [0, 0, 9, 9]}]},
         "“label” must be a text"),
        ({"picture": "gone.png", "caption": "x"}, "“gone.png” is not there"),
        ({"picture": "A.PNG", "caption": "x"}, "“A.PNG” is not there, “a.png” is"),
        ({"picture": "sub\\b.jpg", "caption": "x"}, "“sub\\b.jpg” is not there; write “sub/b.jpg”"),
        ({"picture": "sub", "caption": "x"}, "“sub” is not a regular file"),
        ({"picture": "../x.png", "caption": "x"}, "“../x.png” lies outside the folder"),
        ({"picture": "/etc/passwd", "caption": "x"}, "“/etc/passwd” must be named as seen from"),
        ({"picture": "a\0.png", "caption": "x"}, "“picture” has a NUL character in it"),
        ({"picture": "x" * 5000, "caption": "x"}, "x…” is not there"),
        ({"picture": "data.jsonl", "caption": "x"}, "“data.jsonl” is neither a picture nor"),
    ],
)  # fmt: skip
def test_a_line_that_can_not_be_used(folder: Path, line: object, said: str):
    assert said in fault(folder, line)


def test_files_that_are_not_utf_8(folder: Path):
    line = json.dumps({"picture": "a.png", "caption": "é"}, ensure_ascii=False)
    file = folder / "data.jsonl"
    file.write_bytes(line.encode("latin-1"))
    assert "line 1: it isn't UTF-8" in refusal(folder).message
    file.write_bytes(line.encode("utf-16"))
    assert "UTF-16" in refusal(folder).message
    file.write_bytes(b'{"picture": "a.png", "caption": "' + b"x" * 2_000_000 + b'"}')
    assert "longer than a megabyte" in refusal(folder).message


def test_broken_pictures(folder: Path):
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    for name in ("cut.jpg", "cut.png", "cut.webp", "cut.bmp", "cut.gif"):
        noise.save(folder / name)
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) * 2 // 3])
        assert fault(folder, {"picture": name, "caption": "x"}).endswith(
            f"“{name}” is damaged or incomplete"
        )
    (folder / "empty.png").touch()
    assert "“empty.png” is empty" in fault(folder, {"picture": "empty.png", "caption": "x"})
    (folder / "page.png").write_bytes(b"%PDF-1.4")
    assert "is PDF" in fault(folder, {"picture": "page.png", "caption": "x"})


def test_what_follows_a_pictures_end_is_no_fault(folder: Path):
    with (folder / "a.png").open("ab") as file:
        file.write(b"\0" * 10_000)
    assert len(read_folder(written(folder, {"picture": "a.png", "caption": "x"})).entries) == 1


def test_a_picture_that_is_too_large(folder: Path):
    Image.new("1", (20_000, 9_000)).save(folder / "large.png")
    assert "“large.png”" in fault(folder, {"picture": "large.png", "caption": "x"})
    assert "megapixels" in fault(folder, {"picture": "large.png", "caption": "x"})


def test_links_are_followed_inside_the_folder_only(folder: Path, tmp_path: Path):
    Image.new("RGB", (4, 4)).save(tmp_path / "outside.png")
    (folder / "out.png").symlink_to(tmp_path / "outside.png")
    (folder / "in.png").symlink_to("a.png")
    (folder / "round.png").symlink_to("round.png")
    (folder / "nowhere.png").symlink_to("gone.png")
    assert "lies outside" in fault(folder, {"picture": "out.png", "caption": "x"})
    assert "“round.png”" in fault(folder, {"picture": "round.png", "caption": "x"})
    assert "not there" in fault(folder, {"picture": "nowhere.png", "caption": "x"})
    written(folder, {"picture": "in.png", "caption": "x"}, {"picture": "a.png", "caption": "y"})
    assert {entry.pictures for entry in read_folder(folder).entries} == {(folder / "a.png",)}
    (tmp_path / "link").symlink_to(folder)
    assert len(read_folder(tmp_path / "link").entries) == 2


def test_one_name_in_two_folders_and_one_picture_under_two_names(folder: Path):
    Image.new("RGB", (9, 9), "blue").save(folder / "sub" / "a.png")
    (folder / "copy.png").write_bytes((folder / "a.png").read_bytes())
    names = ("a.png", "sub/a.png", "copy.png")
    found = read_folder(written(folder, *({"picture": n, "caption": n} for n in names)))
    first, other, copy = (found.digests[entry.pictures[0]] for entry in found.entries)
    assert first == copy != other


def test_the_name_of_a_picture_in_another_unicode_form_is_found(folder: Path):
    Image.new("RGB", (9, 9)).save(folder / "cafe\u0301.png")
    found = read_folder(written(folder, {"picture": "caf\u00e9.png", "caption": "x"}))
    assert found.entries[0].pictures[0].name == "cafe\u0301.png"


def test_the_first_five_faults_are_told_and_how_many_more(folder: Path):
    good = {"picture": "a.png", "caption": "x"}
    error = refusal(written(folder, good, *["{}"] * 8, good, *["3"] * 4))
    lines = error.message.split("\n")
    assert lines[1] == "  line 2: it names no “picture”"
    assert lines[5].startswith("  line 6")
    assert lines[6:] == ["  and 7 more"]


def test_a_hundred_thousand_lines(folder: Path):
    """Each picture is looked at once, however many lines name it."""
    lines = [f'{{"picture": "p{n % 500}.png", "caption": "caption {n}"}}' for n in range(100_000)]
    for number in range(500):
        Image.new("RGB", (8, 8), (number % 256, number // 256, 0)).save(folder / f"p{number}.png")
    found = read_folder(written(folder, *lines))
    assert len(found.entries) == 100_000
    assert len(found.digests) == 500
    assert len({id(entry.pictures[0]) for entry in found.entries}) == 500


def test_memory_is_bounded_by_the_lines(folder: Path):
    lines = [f'{{"picture": "p{n}.png", "caption": "caption {n}"}}' for n in range(2000)]
    for number in range(2000):
        (folder / f"p{number}.png").hardlink_to(folder / "a.png")
    written(folder, *lines)
    tracemalloc.start()
    found = read_folder(folder)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.entries) == 2000
    assert held / 2000 < 3000


def test_pictures_are_upright_and_bounded_when_read(folder: Path):
    photo = Image.new("RGB", (400, 200), "red")
    exif = Image.Exif()
    exif[0x0112] = 6
    photo.save(folder / "turned.jpg", exif=exif)
    image = read_picture(folder / "turned.jpg", 100)
    assert image.size == (50, 100)
    assert image.mode == "RGB"
