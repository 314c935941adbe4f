"""A real OpenAI-compatible server: ``transformers serve`` on this computer's loopback."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

_START = """
import sys
sys.modules["torchvision"] = None
from transformers.cli.transformers import main
main()
"""
"""The starter needs no torchvision, and one that was built for another torch reads no pictures."""
SERVED = "mmdesk/starter"
"""What the server calls the model."""

_START_S = 240.0
_STOP_S = 10.0


@contextlib.contextmanager
def transformers_serve(model: Path, folder: Path) -> Iterator[str]:
    """Serve a model as ``SERVED``; yield the server's address, ``http://127.0.0.1:…/v1``.

    Args:
        folder: For its log and a Hugging Face cache in which that model is the only one: the
            server lists what is in the cache, and fails where there is none.
    """
    port = _free_port()
    _fill_cache(folder / "hf" / "hub", model)
    serve = ["serve", SERVED, "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    log_file = folder / "serve.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, *serve],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "HF_HOME": str(folder / "hf"),
                "HF_HUB_OFFLINE": "1",
                "OMP_NUM_THREADS": "1",
            },
        )
    try:
        _wait_for_health(process, port, log_file)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _fill_cache(hub: Path, model: Path) -> None:
    """Lay a checkpoint's files out as huggingface_hub does after a download."""
    commit = "0" * 40
    repository = hub / f"models--{SERVED.replace('/', '--')}"
    snapshot = repository / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    for file in model.iterdir():
        if file.is_file():
            (snapshot / file.name).symlink_to(file.resolve())


def _wait_for_health(process: subprocess.Popen[bytes], port: int, log_file: Path) -> None:
    ends = time.monotonic() + _START_S
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            opener.open(f"http://127.0.0.1:{port}/health", timeout=5).close()
            return
        time.sleep(0.2)
    raise AssertionError(f"transformers serve did not start:\n{log_file.read_text()[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
