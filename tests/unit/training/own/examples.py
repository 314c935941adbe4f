"""Folders of examples, and trainings on them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from mmdesk.core.errors import MmdeskError
from mmdesk.training import command

COLOURS = ("red", "green", "blue", "yellow", "black", "orange", "purple", "gray")
NOUNS = ("square", "disc")


def draw(file: Path, number: int) -> tuple[str, str]:
    """Draw a shape; return colour and noun. Each number is another picture."""
    colour, noun = COLOURS[number % 8], NOUNS[number // 8 % 2]
    image = Image.new("RGB", (48, 40), "white")
    place = (4 + number % 5, 4, 36, 34 - number % 3)
    paint = ImageDraw.Draw(image)
    (paint.rectangle if noun == "square" else paint.ellipse)(place, fill=colour)
    image.save(file)
    return colour, noun


def write_lines(folder: Path, lines: Sequence[object]) -> Path:
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "data.jsonl").write_text(text, encoding="utf-8")
    return folder


def chat_folder(folder: Path, count: int = 10) -> Path:
    """Each picture with a question about its colour; the first also with a second turn."""
    folder.mkdir(parents=True)
    lines: list[object] = []
    for number in range(count):
        colour, noun = draw(folder / f"{number}.png", number)
        asked = {"question": "What color is it?", "answer": colour}
        more = {"question": "And the shape?", "answer": noun}
        picture = {"picture": f"{number}.png"}
        lines.append({**picture, "turns": [asked, more]} if number == 0 else {**picture, **asked})
    return write_lines(folder, lines)


def clip_folder(folder: Path, count: int = 12) -> Path:
    """Each picture with a caption."""
    folder.mkdir(parents=True)
    drawn = [draw(folder / f"{number}.png", number) for number in range(count)]
    return write_lines(
        folder,
        [{"picture": f"{n}.png", "caption": f"a {c} {noun}"} for n, (c, noun) in enumerate(drawn)],
    )


def train(*words: object) -> int:
    """Run `mmdesk train` in this process."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args([str(word) for word in words]))


def refusal(*words: object) -> MmdeskError:
    """The error that `mmdesk train` ends with."""
    with pytest.raises(MmdeskError) as caught:
        train(*words)
    assert caught.value.message
    assert caught.value.hint
    return caught.value
