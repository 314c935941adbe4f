"""A model hub on this computer: Hugging Face's and ModelScope's interface, and every misbehaviour.

It counts the body bytes of files that it hands to the network.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

MODEL = "maker/tiny-vl"
REVISION = "0123456789abcdef0123456789abcdef01234567"
_PIECE = 1024


def safetensors(size: int, seed: int = 0) -> bytes:
    """Return a weight file with one tensor of ``size`` random bytes."""
    header = json.dumps(
        {"weight": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}
    ).encode()
    return struct.pack("<Q", len(header)) + header + random.Random(seed).randbytes(size)


def model_files(size: int = 100_000, seed: int = 0, shards: int = 1) -> dict[str, bytes]:
    """Return a model's repository; the weights are ``size`` random bytes."""
    files = {
        "config.json": json.dumps({"model_type": "llava", "seed": seed}).encode(),
        "tokenizer.json": json.dumps({"version": "1.0", "seed": seed}).encode(),
        "processor_config.json": b"{}",
        "chat_template.jinja": b"{{ messages }}",
        "README.md": b"# A model\n",
        "pytorch_model.bin": b"\x80\x04never fetched",
        "modeling_tiny.py": b"raise SystemExit('never fetched')",
    }
    if shards == 1:
        return files | {"model.safetensors": safetensors(size, seed)}
    names = [f"model-{n + 1:05}-of-{shards:05}.safetensors" for n in range(shards)]
    index = {"weight_map": {f"weight{n}": name for n, name in enumerate(names)}}
    files["model.safetensors.index.json"] = json.dumps(index).encode()
    for n, name in enumerate(names):
        files[name] = safetensors(size // shards, seed + n)
    return files


@dataclass(slots=True)
class Asked:
    """One request for a file: which bytes were wanted, and how many went out."""

    path: str
    first: int
    sent: int = 0
    fault: str = ""
    authorization: str | None = None


@dataclass(slots=True)
class HubServer:
    """The hub's state; ``choose`` names the fault of a request for a file, or ""."""

    files: dict[str, bytes]
    model: str = MODEL
    revision: str = REVISION
    choose: Callable[[Asked], str] = lambda asked: ""
    before_listing: Callable[[], str] = lambda: ""
    redirects: bool = True
    listed: dict[str, bytes] | None = None
    victim: int = 0
    kill_after: int = 0
    stall_s: float = 1.0
    asked: list[Asked] = field(default_factory=list)
    listings: list[str | None] = field(default_factory=list)
    address: str = ""
    cdn: str = ""

    @property
    def sent(self) -> int:
        """Body bytes of files that went out."""
        return sum(asked.sent for asked in self.asked)

    def sent_of(self, path: str) -> int:
        """Body bytes of one file."""
        return sum(asked.sent for asked in self.asked if asked.path == path)

    def listing(self) -> bytes:
        """Return what the hub's interface says of the model."""
        siblings: list[dict[str, object]] = []
        for path, content in (self.listed or self.files).items():
            entry: dict[str, object] = {"rfilename": path, "size": len(content)}
            entry["blobId"] = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            if path.endswith((".safetensors", ".bin")):
                digest = hashlib.sha256(content).hexdigest()
                entry["lfs"] = {"sha256": digest, "size": len(content), "pointerSize": 130}
            siblings.append(entry)
        card = {"license": "apache-2.0"}
        document = {"id": self.model, "sha": self.revision, "siblings": siblings, "cardData": card}
        return json.dumps(document).encode()

    def modelscope_listing(self) -> bytes:
        """Return the same as ModelScope says it."""
        files = [
            {
                "Path": path,
                "Type": "blob",
                "Size": len(content),
                "Sha256": hashlib.sha256(content).hexdigest(),
                "Revision": self.revision,
            }
            for path, content in (self.listed or self.files).items()
        ]
        files.append({"Path": "assets", "Type": "tree", "Size": 0, "Sha256": ""})
        return json.dumps({"Code": 200, "Data": {"Files": files}, "Success": True}).encode()


class RunningHub:
    """Serves a :class:`HubServer` on two loopback ports: the hub, and where it redirects to."""

    def __init__(self, state: HubServer) -> None:
        handler = type("Handler", (_Handler,), {"state": state})
        self._servers = [ThreadingHTTPServer(("127.0.0.1", 0), handler) for _ in range(2)]
        addresses = [f"http://127.0.0.1:{server.server_port}" for server in self._servers]
        state.address, state.cdn = addresses
        for server in self._servers:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: HubServer

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:  # the client is gone
            self.close_connection = True

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        model = self.state.model
        if parts.path == f"/api/models/{model}":
            self._list(self.state.listing())
        elif parts.path == f"/api/v1/models/{model}/repo/files":
            self._list(self.state.modelscope_listing())
        elif parts.path == f"/api/v1/models/{model}/repo":
            self._file(parse_qs(parts.query)["FilePath"][0])
        elif parts.path.startswith(f"/{model}/resolve/{self.state.revision}/"):
            self._resolve(unquote(parts.path).split("/", 5)[5])
        elif parts.path.startswith("/cdn/"):
            self._file(unquote(parts.path)[5:])
        else:
            self._say(404, b"{}")

    def _list(self, content: bytes) -> None:
        self.state.listings.append(self.headers.get("Authorization"))
        match self.state.before_listing():
            case "":
                self._say(200, content)
            case "html":
                self._say(200, b"<html>Log in to the airport</html>", {"Content-Type": "text/html"})
            case "gated":
                self._say(403, b"{}", {"X-Error-Code": "GatedRepo"})
            case "absent":
                self._say(401, b"{}", {"X-Error-Code": "RepoNotFound"})
            case "endless":
                self.send_response(200)
                self.end_headers()
                while True:
                    self.wfile.write(b" " * 2**20)
            case status:
                self._say(int(status), b"busy", {"Retry-After": "0"})

    def _resolve(self, path: str) -> None:
        if not self.state.redirects:
            self._file(path)
            return
        target = f"{self.state.cdn}/cdn/{path}"
        self._say(302, b"", {"Location": target})

    def _file(self, path: str) -> None:
        content = self.state.files.get(path)
        if content is None:
            self._say(404, b"no such file")
            return
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        first, last = (int(wanted[1]), int(wanted[2])) if wanted else (0, len(content) - 1)
        asked = Asked(path, first, authorization=self.headers.get("Authorization"))
        self.state.asked.append(asked)
        asked.fault = self.state.choose(asked)
        etag = self.headers.get("If-Range")
        if etag is not None and etag != self._etag(content):
            wanted, first, last = None, 0, len(content) - 1
        _Answer(self, asked, content, first, min(last, len(content) - 1), wanted is not None).give()

    def _etag(self, content: bytes) -> str:
        return f'"{len(content)}-{hashlib.sha256(content[:4096]).hexdigest()[:16]}"'

    def _say(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class _Answer:
    """One answer to a request for a file, with its fault."""

    def __init__(
        self,
        handler: _Handler,
        asked: Asked,
        content: bytes,
        first: int,
        last: int,
        partial: bool,
    ) -> None:
        self.handler = handler
        self.asked = asked
        self.content = content
        self.first = first
        self.last = last
        self.partial = partial
        self.random = random.Random(f"{asked.path} {first} {asked.fault}")

    def give(self) -> None:
        plain = getattr(self, f"_{self.asked.fault}", None)
        if plain is not None:
            plain()
        else:
            self._whole({}, self.content[self.first : self.last + 1])

    def _whole(self, changed: dict[str, str], body: bytes, hang_up: bool = False) -> None:
        self._head(changed)
        self._body(body)
        if hang_up:
            self.handler.close_connection = True

    def _head(self, changed: dict[str, str]) -> None:
        size = len(self.content)
        headers = {
            "Content-Length": str(self.last - self.first + 1),
            "ETag": self.handler._etag(self.content),
            "Accept-Ranges": "bytes",
        }
        if self.partial:
            headers["Content-Range"] = f"bytes {self.first}-{self.last}/{size}"
        self.handler.send_response(206 if self.partial else 200)
        for name, value in (headers | changed).items():
            if value:
                self.handler.send_header(name, value)
        self.handler.end_headers()

    def _body(self, body: bytes, pause_s: float = 0.0) -> None:
        state = self.handler.state
        for begin in range(0, len(body), _PIECE):
            piece = body[begin : begin + _PIECE]
            self.handler.wfile.write(piece)
            self.asked.sent += len(piece)
            if state.victim and state.sent >= state.kill_after:
                os.kill(state.victim, signal.SIGKILL)
                state.victim = 0
                return
            time.sleep(pause_s)

    def _some(self) -> bytes:
        body = self.content[self.first : self.last + 1]
        return body[: self.random.randrange(len(body))]

    def _drop(self) -> None:
        self._whole({}, self._some(), hang_up=True)

    def _reset(self) -> None:
        self._head({})
        self._body(self._some())
        linger = struct.pack("ii", 1, 0)
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.handler.close_connection = True

    def _refuse(self) -> None:
        self.handler.close_connection = True

    def _stall(self) -> None:
        self._head({})
        self._body(self._some())
        time.sleep(self.handler.state.stall_s)
        self.handler.close_connection = True

    def _drip(self) -> None:
        self._head({})
        self._body(self.content[self.first : self.last + 1], pause_s=0.05)

    def _too_long(self) -> None:
        """Promise more than there is."""
        body = self.content[self.first : self.last + 1]
        self._whole({"Content-Length": str(len(body) + 100)}, body, hang_up=True)

    def _too_short(self) -> None:
        """Promise less than the range that it names."""
        body = self.content[self.first : self.last + 1]
        self._whole({"Content-Length": str(len(body) // 2)}, body[: len(body) // 2])

    def _more(self) -> None:
        """Send more than the range, without saying how much."""
        self._head({"Content-Length": "", "Connection": "close"})
        self._body(self.content[self.first : self.last + 1] + b"more")
        self.handler.close_connection = True

    def _less(self) -> None:
        """End early, without having said how much there is."""
        self._head({"Content-Length": "", "Connection": "close"})
        self._body(self._some())
        self.handler.close_connection = True

    def _flip(self) -> None:
        body = bytearray(self.content[self.first : self.last + 1])
        body[self.random.randrange(len(body))] ^= 1 << self.random.randrange(8)
        self._whole({}, bytes(body))

    def _other_range(self) -> None:
        wrong = f"bytes {self.first + 1}-{self.last + 1}/{len(self.content)}"
        self._whole({"Content-Range": wrong}, self._some(), hang_up=True)

    def _other_size(self) -> None:
        wrong = f"bytes {self.first}-{self.last}/{len(self.content) + 1}"
        self._whole({"Content-Range": wrong}, self._some(), hang_up=True)

    def _no_range(self) -> None:
        self._whole({"Content-Range": "bytes"}, self._some(), hang_up=True)

    def _packed(self) -> None:
        self._whole({"Content-Encoding": "gzip"}, self._some(), hang_up=True)

    def _whole_file(self) -> None:
        """Know nothing of ranges."""
        self.partial, self.first, self.last = False, 0, len(self.content) - 1
        self._whole({}, self.content)

    def _new_etag(self) -> None:
        """Be another version, once: the client's tag doesn't hold for it."""
        self._whole({"ETag": '"another"'}, self.content[self.first : self.last + 1])

    def _html(self) -> None:
        page = b"<html>Log in to the airport</html>"
        self.handler._say(200, page, {"Content-Type": "text/html"})

    def _416(self) -> None:
        self.handler._say(416, b"", {"Content-Range": f"bytes */{len(self.content)}"})

    def _429(self) -> None:
        self.handler._say(429, b"slow down", {"Retry-After": "0"})

    def _503(self) -> None:
        self.handler._say(503, b"busy", {"Retry-After": "0"})

    def _500(self) -> None:
        self.handler._say(500, b"oops")

    def _401(self) -> None:
        self.handler._say(401, b"terms not accepted", {"X-Error-Code": "GatedRepo"})

    def _gone(self) -> None:
        """The address that was redirected to is no longer valid."""
        self.handler._say(403, b"expired")

    def _circle(self) -> None:
        self.handler._say(302, b"", {"Location": self.handler.path})

    def _away(self) -> None:
        self.handler._say(302, b"", {"Location": "http://evil.example/model.safetensors"})

    def _nowhere(self) -> None:
        self.handler._say(302, b"", {"Location": "ftp://[::1"})
