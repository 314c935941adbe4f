"""``transformers serve`` in a process of its own, on a free port of this computer's loopback."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmdesk.models.offline import OFFLINE

HOST = "127.0.0.1"
_START_S, _STOP_S = 240.0, 10.0
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


@contextmanager
def serve(model: str, folder: Path, threads: int, *options: str) -> Iterator[int]:
    """Serve a checkpoint on the CPU; yield the port once it is ready.

    Args:
        model: A folder, or the name of what is in the Hugging Face cache ``folder/hf``.
        folder: For that cache and the log.
        threads: That torch computes with.
        options: More of the command line.

    Raises:
        RuntimeError: it did not start; has the end of the log.
    """
    port = _free_port()
    command = ["serve", model, "--host", HOST, "--port", str(port), "--device", "cpu", *options]
    environment = (
        os.environ
        | OFFLINE
        | {
            "HF_HOME": str(folder / "hf"),
            "OMP_NUM_THREADS": str(threads),
            "MKL_NUM_THREADS": str(threads),
        }
    )
    log = folder / "serve.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, *command],
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    try:
        _wait_until_healthy(process, port, log)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    ends = time.monotonic() + _START_S
    while time.monotonic() < ends and process.poll() is None:
        connection = http.client.HTTPConnection(HOST, port, timeout=5)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == http.client.OK:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.2)
    raise RuntimeError(f"transformers serve did not start:\n{log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
