"""``transformers serve`` as a peer: its own process, asked over the OpenAI protocol on loopback.

Installed with the extra ``dev``. It keeps nothing between two requests.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mmdesk.bench.peers import Generated, Messages
from mmdesk.core.messages import ImagePart, Message, TextPart

_NEEDS = ("fastapi", "uvicorn")
_HOST = "127.0.0.1"
_START_S, _ANSWER_S, _STOP_S = 240.0, 600.0, 10.0
_START = """
import mmdesk.engine.torchvision_first
from torchvision.io import image
from transformers import image_processing_backends, image_utils
if not image._has_image_ops():
    image_processing_backends.load_image_as_tensor = image_utils.load_image
from transformers.cli.transformers import main
main()
"""
"""A torchvision that was built for another torch is mended for the peer as it is for mmdesk; since
it has no decoders then, Pillow decodes."""
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
        connection = http.client.HTTPConnection(_HOST, self.port, timeout=_ANSWER_S)
        started = time.perf_counter()
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
            times, written = _streamed(connection.getresponse())
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
    with tempfile.TemporaryDirectory(prefix="mmdesk-serve-") as folder:
        port = _free_port()
        options = ["--host", _HOST, "--port", str(port), "--device", "cpu", "--dtype", dtype]
        environment = os.environ | {
            "HF_HOME": folder,
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": str(threads),
            "MKL_NUM_THREADS": str(threads),
        }
        log = Path(folder) / "serve.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-c", _START, "serve", str(model), *options],
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=environment,
            )
        try:
            _wait_until_healthy(process, port, log)
            yield Server(port, model)
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


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


def _streamed(response: http.client.HTTPResponse) -> tuple[list[float], int]:
    """Return when each piece of text came, and how many tokens there were."""
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
        if any(choice["delta"].get("content") for choice in chunk["choices"]):
            times.append(time.perf_counter())
        if chunk.get("usage"):
            written = int(chunk["usage"]["completion_tokens"])
    return times, written


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    ends = time.monotonic() + _START_S
    while time.monotonic() < ends and process.poll() is None:
        connection = http.client.HTTPConnection(_HOST, port, timeout=5)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    raise RuntimeError(f"transformers serve did not start:\n{log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
