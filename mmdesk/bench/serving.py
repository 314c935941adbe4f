"""``transformers serve`` as a peer: its own process, asked over the OpenAI protocol on loopback.

Installed with the extra ``dev``. It keeps nothing between two requests.
"""

from __future__ import annotations

import base64
import http.client
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mmdesk.bench.peers import Generated, Messages
from mmdesk.bench.serve_process import HOST, serve
from mmdesk.core.messages import ImagePart, Message, TextPart

_NEEDS = ("fastapi", "uvicorn")
_ANSWER_S = 600.0
_DATA, _DONE = b"data: ", b"[DONE]"


def can_serve() -> bool:
    """Whether what ``transformers serve`` needs besides is installed."""
    return all(find_spec(name) for name in _NEEDS)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that holds one checkpoint."""

    port: int
    model: Path

    def ask(self, messages: Messages, tokens: int) -> Generated:
        """Have it answer; the tokens' ids are not known to a client.

        Returns:
            Speeds as a client sees them, from the request on; no ids.
        """
        body = {
            "model": str(self.model),
            "messages": [_said(message) for message in messages],
            "stream": True,
            "temperature": 0.0,
            "max_tokens": tokens,
        }
        connection = http.client.HTTPConnection(HOST, self.port, timeout=_ANSWER_S)
        started = time.perf_counter()
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
            times, written = _streamed(connection.getresponse(), _text(messages[-1]))
        finally:
            connection.close()
        assert written == tokens, f"transformers serve wrote {written} of {tokens} tokens"
        first, last = times[0], times[-1]
        per_second = (tokens - 1) / (last - first) if last > first else 0.0
        return Generated((), 1000 * (first - started), per_second)


@contextmanager
def transformers_serve(model: Path, dtype: str, threads: int) -> Iterator[Server]:
    """Serve a checkpoint on a free port of this computer.

    Args:
        threads: That torch computes with.
    """
    with (
        tempfile.TemporaryDirectory(prefix="mmdesk-serve-") as folder,
        serve(str(model), Path(folder), threads, "--dtype", dtype) as port,
    ):
        yield Server(port, model)


def _text(message: Message) -> str:
    return "".join(part.text for part in message.parts if isinstance(part, TextPart))


def _said(message: Message) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, TextPart):
            parts.append({"type": "text", "text": part.text})
        elif isinstance(part, ImagePart):
            data = base64.b64encode(part.picture.path.read_bytes()).decode()
            url = f"data:image/png;base64,{data}"
            parts.append({"type": "image_url", "image_url": {"url": url}})
    return {"role": str(message.role), "content": parts}


def _streamed(response: http.client.HTTPResponse, asked: str) -> tuple[list[float], int]:
    """Return when each piece of the answer came, and how many tokens there were.

    Some models' prompt is streamed before it is read: a piece with the question in it is no answer.
    """
    times: list[float] = []
    written = 0
    if response.status != http.client.OK:
        raise RuntimeError(f"transformers serve: {response.status} {response.read()[:500]!r}")
    for line in response:
        if not line.startswith(_DATA) or line.startswith(_DATA + _DONE):
            continue
        chunk = json.loads(line[len(_DATA) :])
        if "error" in chunk:
            raise RuntimeError(f"transformers serve: {chunk['error']}")
        piece = "".join(choice["delta"].get("content") or "" for choice in chunk["choices"])
        if piece and asked not in piece:
            times.append(time.perf_counter())
        if chunk.get("usage"):
            written = int(chunk["usage"]["completion_tokens"])
    return times, written
