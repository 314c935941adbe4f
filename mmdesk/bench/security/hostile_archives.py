"""Folders as somebody might give them to a person to import, made to do harm."""

from __future__ import annotations

import base64
import contextlib
import copy
import hashlib
import io
import json
import os
import random
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmdesk.bench.security.picture_bombs import bombs

Document = dict[str, Any]

SLIPS = (
    "../canary.png", "../../canary.png", "media/../../canary.png", "/etc/passwd", "//host/x.png",
    "..\\canary.png", "media\\..\\..\\canary.png", "C:\\canary.png", "C:/canary.png", "\\\\h\\x",
    "file:///etc/passwd", "~/canary.png", "a\0b.png", "x" * 5000, "media/" * 900 + "a.png",
    "CON", "nul.png", "media/canary.png. .", "media/CANARY.PNG", ".", "..", "", "media/",
    "media//a.png", "%2e%2e/canary.png", "\u202egnp.exe", "…/canary.png", "．．/canary.png",
    "$HOME/canary.png", "a\nb.png",
)  # fmt: skip
"""Names that lead elsewhere, or to nothing."""
_STRANGE: tuple[Any, ...] = (
    None, True, -1, 0.5, 2**70, -(2**70), 1e308, "", "x" * 9000, "\ud800", "\0", [], {}, [[]],
    "{0.__class__}", "{a:>999999999}", "../x",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ground:
    """Where an archive is made, and of what.

    Attributes:
        folder: It; holds a whole export.
        document: What was exported.
        outside: What must stay as it is.
    """

    folder: Path
    document: Document
    outside: Path
    chance: random.Random

    def write(self, document: object) -> None:
        """Write the file that is imported."""
        text = document if isinstance(document, str) else json.dumps(document)
        (self.folder / "chat.json").write_text(text, encoding="utf-8")

    def pictures(self) -> list[Path]:
        """Return the pictures of the export."""
        return sorted((self.folder / "media").glob("*.png"))


Kind = Callable[[Ground], None]


def _asking(url: object) -> Document:
    part = {"type": "image_url", "image_url": {"url": url}}
    return {"messages": [{"role": "user", "content": [part]}]}


def _slip(ground: Ground) -> None:
    ground.write(_asking(ground.chance.choice(SLIPS)))


def _slipping_fields(ground: Ground) -> None:
    """A name that leads elsewhere stands in the place of a hash, a title, an id, a folder."""
    document, slip = copy.deepcopy(ground.document), ground.chance.choice(SLIPS)
    tree = document["mmdesk"]
    tree[ground.chance.choice(("title", "folder", "id", "leaf", "model"))] = slip
    for node in tree["nodes"]:
        for part in node["parts"]:
            for key in ("sha256", "name"):
                if key in part and ground.chance.random() < 0.3:
                    part[key] = slip
    ground.write(document)


def _slipping_title(ground: Ground) -> None:
    """Which becomes a file's name with the next export."""
    document = copy.deepcopy(ground.document)
    document["mmdesk"]["title"] = ground.chance.choice(SLIPS)
    document["mmdesk"]["id"] = f"title{ground.chance.randrange(10**9)}"
    ground.write(document)


def _linked_media(ground: Ground) -> None:
    media = ground.folder / "media"
    media.rename(ground.outside / f"media{ground.chance.randrange(10**9)}")
    media.symlink_to(ground.outside)


def _linked_file(ground: Ground) -> None:
    for path in ground.pictures():
        path.unlink()
        path.symlink_to(ground.outside / "canary.png")


def _linked_document(ground: Ground) -> None:
    (ground.folder / "chat.json").unlink()
    (ground.folder / "chat.json").symlink_to(ground.outside / "secret.json")


def _circle(ground: Ground) -> None:
    (ground.folder / "more").symlink_to(ground.folder)
    (ground.folder / "endless.json").symlink_to("endless.json")
    (ground.folder / "device.json").symlink_to("/dev/zero")


def _pipes(ground: Ground) -> None:
    for path in [*ground.pictures(), ground.folder / "chat.json"][:: ground.chance.choice((1, -1))]:
        path.unlink()
        os.mkfifo(path)


def _zip(ground: Ground) -> None:
    """An archive in the usual sense, with names that lead elsewhere and a bomb."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for slip in ("../canary.png", "/tmp/canary", "..\\canary.png"):
            packed.writestr(slip, "overwritten")
        packed.writestr("bomb", b"\0" * 30_000_000)
        packed.writestr("again.zip", file.getvalue())
    _packed(ground, file.getvalue(), "zip")


def _tar(ground: Ground) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as packed:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, str(ground.outside)
        packed.addfile(link)
        packed.addfile(tarfile.TarInfo("link/canary.png"))
    _packed(ground, file.getvalue(), "tar.gz")


def _packed(ground: Ground, data: bytes, ending: str) -> None:
    (ground.folder / "chat.json").write_bytes(data)
    (ground.folder / f"chat.{ending}").write_bytes(data)


def _deep(ground: Ground) -> None:
    depth = ground.chance.choice((70, 900, 200_000))
    opening, closing = ground.chance.choice((("[", "]"), ('{"a":', "}")))
    inner = opening * depth + "1" + closing * depth
    ground.write(ground.chance.choice((inner, '{"messages": ' + inner + "}")))


def _many(ground: Ground) -> None:
    """Sixty megabytes of next to nothing, each of which takes twenty times its size in memory."""
    piece = ground.chance.choice(("{}", "[]", '{"a":1}', '"ab"', "1.5", "[1]", "12345678901"))
    count = (60 << 20) // (len(piece) + 1)
    start = ground.chance.choice(('{"messages": [', "[", '{"mmdesk": {"id": "a", "nodes": ['))
    closing = {"[": "]", "{": "]}"}[start[0]] + ("}" if "mmdesk" in start else "")
    ground.write(start + ",".join([piece] * count) + closing)


def _many_messages(ground: Ground) -> None:
    ground.write([{"role": "user", "content": "a"}] * 100_001)


def _many_files(ground: Ground) -> None:
    for number in range(300):
        (ground.folder / f"{number}.json").write_text("[" * number)


def _long_text(ground: Ground) -> None:
    message = {"role": "user", "content": "🦊" * 6_000_000}
    ground.write({"title": "t" * 10**6, "messages": [message]})


def _endless_file(ground: Ground) -> None:
    with (ground.folder / "chat.json").open("r+b") as file:
        file.truncate(1 << 40)


def _numbers(ground: Ground) -> None:
    number = ground.chance.choice(("9" * 5000, "1e999", "-1e999", "NaN", "Infinity", "1e-999"))
    text = json.dumps(ground.document)
    key = ground.chance.choice(("created_us", "updated_us", "schema_version"))
    ground.write(text.replace(f'"{key}": ', f'"{key}": {number}, "was": '))


def _twice(ground: Ground) -> None:
    """Keys that are there twice, of which other programs read the first."""
    text = json.dumps(ground.document)
    ground.write(
        text.replace('"parts": ', '"parts": 5, "parts": ').replace('"id": ', '"id": "a", "id": ')
    )


def _surrogates(ground: Ground) -> None:
    message = {"role": "user", "content": "a\ud800b\udfff"}
    ground.write({"title": "\udc00../x", "messages": [message]})


def _not_text(ground: Ground) -> None:
    data = ground.chance.choice(
        (b"\xff\xfe\0\1" * 500, b"\0" * 4000, ground.chance.randbytes(4000))
    )
    (ground.folder / "chat.json").write_bytes(data)


def _wrong_types(ground: Ground) -> None:
    document = copy.deepcopy(ground.document)
    for _ in range(ground.chance.choice((1, 2, 8))):
        at: Any = document
        while True:
            key = ground.chance.choice(list(at) if isinstance(at, dict) else range(len(at)))
            if not at[key] or not isinstance(at[key], dict | list) or ground.chance.random() < 0.1:
                break
            at = at[key]
        at[key] = ground.chance.choice(_STRANGE)
    ground.write(document)


def _no_picture(ground: Ground) -> None:
    """The attachments are something else, under a hash that fits."""
    data = ground.chance.choice((b"#!/bin/sh\ntouch canary\n", b"<svg onload='x'/>", b"MZ" * 99))
    _replace_pictures(ground, data)


def _bomb(ground: Ground) -> None:
    _replace_pictures(ground, ground.chance.choice(bombs()[:6])[1]())


def _replace_pictures(ground: Ground, data: bytes) -> None:
    sha256, text = hashlib.sha256(data).hexdigest(), json.dumps(ground.document)
    for path in ground.pictures():
        text = text.replace(path.stem, sha256)
        path.unlink()
    (ground.folder / "media" / f"{sha256}.png").write_bytes(data)
    ground.write(text)


def _changed(ground: Ground) -> None:
    for path in (ground.folder / "media").iterdir():
        path.write_bytes(path.read_bytes() + b"more")


def _gone(ground: Ground) -> None:
    for path in (ground.folder / "media").iterdir():
        path.unlink()


def _others(ground: Ground) -> None:
    """The attachment of a conversation that is there already, of which this one knows the hash."""
    sha256 = (ground.outside / "known").read_text()
    part = {"type": "image", "sha256": sha256, "name": "a", "width": 1, "height": 1, "notes": []}
    document = copy.deepcopy(ground.document)
    document["mmdesk"]["id"] = f"other{ground.chance.randrange(10**9)}"
    document["mmdesk"]["nodes"][0]["parts"] = [part]
    ground.write(document)


def _inline(ground: Ground) -> None:
    data = ground.chance.choice((b"no picture", bombs()[1][1](), b"\x89PNG\r\n\x1a\n" + b"\0" * 99))
    text = base64.b64encode(data).decode()
    kind = ground.chance.choice(("image/png", "text/html", "image/svg+xml", "x" * 3000))
    ground.write(_asking(ground.chance.choice((f"data:{kind};base64,{text}", "data:,x", "data:"))))


def _addresses(ground: Ground) -> None:
    url = ground.chance.choice(
        ("http://192.0.2.1/x.png", "https://example.invalid/?q=", "ftp://192.0.2.1/x", "HTTP://x",
         "javascript:alert(1)", "\\\\192.0.2.1\\share\\x.png")
    )  # fmt: skip
    ground.write(_asking(url))


def _names_of_files(ground: Ground) -> None:
    for name in (
        "a\nb.json",
        "-rf.json",
        "\u202enosj.json",
        "CON.json",
        " .json",
        "x" * 250 + ".json",
    ):
        with contextlib.suppress(OSError):
            (ground.folder / name).write_text("{}")
    with contextlib.suppress(OSError):
        Path(os.fsdecode(os.fsencode(ground.folder) + b"/\xff\xfe.json")).write_text("{}")


def _folders(ground: Ground) -> None:
    """A folder where a file is expected."""
    for path in [*ground.pictures(), ground.folder / "chat.json"]:
        path.unlink()
        path.mkdir()


def _newer(ground: Ground) -> None:
    version = ground.chance.choice((2, 10**9, -1, "1", None, [1]))
    ground.write(ground.document | {"schema_version": version})


KINDS: tuple[Kind, ...] = (
    _slip, _slipping_fields, _slipping_title, _linked_media, _linked_file, _linked_document,
    _circle, _pipes, _zip, _tar, _deep, _many, _many_messages, _many_files, _long_text,
    _endless_file, _numbers, _twice, _surrogates, _not_text, _wrong_types, _wrong_types,
    _no_picture, _bomb, _changed, _gone, _others, _inline, _addresses, _names_of_files, _folders,
    _newer,
)  # fmt: skip


def hostile(n: int, seed: int) -> Iterator[tuple[str, Kind, random.Random]]:
    """Yield ``n`` archives to be made: each kind comes in turn."""
    for number in range(n):
        kind = KINDS[number % len(KINDS)]
        name = f"{number}{kind.__name__}"
        yield name, kind, random.Random(f"{seed} {number}")
