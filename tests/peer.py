"""A real OpenAI-compatible server: ``transformers serve`` on this computer's loopback."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from mmdesk.bench.serve_process import HOST, serve

SERVED = "mmdesk/starter"
"""What the server calls the model."""


@contextlib.contextmanager
def transformers_serve(model: Path, folder: Path) -> Iterator[str]:
    """Serve a model as ``SERVED``; yield the server's address, ``http://127.0.0.1:…/v1``.

    Args:
        folder: For its log and a Hugging Face cache in which that model is the only one: the
            server lists what is in the cache, and fails where there is none.
    """
    _fill_cache(folder / "hf" / "hub", model)
    with serve(SERVED, folder, 1) as port:
        yield f"http://{HOST}:{port}/v1"


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
