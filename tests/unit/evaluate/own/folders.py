"""Small folders of examples, and the command that measures with them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from PIL import Image

from mmdesk.evaluate import command

BOX = {"bbox_2d": [100, 200, 300, 400], "label": "star"}


def written(folder: Path, *lines: object) -> Path:
    """A folder with a red a.png, a blue b.png, a green c.png and these lines."""
    folder.mkdir(exist_ok=True)
    for name, colour in (("a", "red"), ("b", "blue"), ("c", "green")):
        Image.new("RGB", (160, 120), colour).save(folder / f"{name}.png")
    texts = [json.dumps(line, ensure_ascii=False) for line in lines]
    (folder / "data.jsonl").write_text("\n".join(texts), encoding="utf-8")
    return folder


def parsed(folder: Path, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args([str(folder), *words])
