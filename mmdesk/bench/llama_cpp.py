"""llama.cpp as a peer of decoding on a CPU, through llama-cpp-python.

It needs the package and GGUF files of the sizes that are measured, neither of which mmdesk brings:
docs/benchmarks/README.md says how the published ones were made. Speed depends on shapes and
precisions alone, so that a file is known by those.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from mmdesk.bench.peers import Trial
from mmdesk.core.errors import GgufUnusable

_PACKAGE = "llama_cpp"
TYPES = {"2": ("q4_0", "int4"), "7": ("q8_0", "int8")}
"""llama.cpp's ``llama_ftype`` -> its name, and mmdesk's precision with as many bits a weight."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A GGUF file of one of the sizes.

    Attributes:
        kind: llama.cpp's name of the precision.
        dtype: mmdesk's that it is held against.
    """

    path: Path
    trial: str
    kind: str
    dtype: str

    @property
    def name(self) -> str:
        """What its rates are called."""
        return f"llama_cpp_{self.kind}"


def converted(paths: Sequence[Path], trials: Sequence[Trial]) -> list[Converted]:
    """Look into GGUF files. Raises ``GgufUnusable``: one is of none of the sizes, or of no use."""
    return [_looked_into(path, trials) for path in paths]


def _looked_into(path: Path, trials: Sequence[Trial]) -> Converted:
    if find_spec(_PACKAGE) is None:
        raise GgufUnusable(path=str(path), reason="llama-cpp-python isn't installed")
    if not path.is_file():
        raise GgufUnusable(path=str(path), reason="there is no such file")
    try:
        about: dict[str, str] = _package().Llama(str(path), vocab_only=True, verbose=False).metadata
    except (ValueError, OSError, AssertionError) as error:
        raise GgufUnusable(path=str(path), reason="it can't be loaded") from error
    family = about.get("general.architecture", "")
    names = ("embedding_length", "feed_forward_length", "block_count", "attention.head_count")
    shape = [about.get(f"{family}.{name}") for name in names]
    kind = about.get("general.file_type", "")
    for trial in trials:
        sizes = trial.sizes
        wanted = [sizes.hidden, sizes.inner, sizes.layers, sizes.heads]
        if shape == [str(number) for number in wanted] and kind in TYPES:
            return Converted(path, trial.name, *TYPES[kind])
    raise GgufUnusable(path=str(path), reason="it has none of the sizes and precisions measured")


def _package() -> Any:
    return import_module(_PACKAGE)  # which is rarely there, when types are checked neither


class LlamaCpp:
    """A model in llama.cpp.

    Args:
        prompt: How many tokens its prompts have.
        room: Tokens of a prompt and its answer.
    """

    def __init__(self, file: Converted, threads: int, prompt: int, room: int) -> None:
        self._model = _package().Llama(
            str(file.path),
            n_ctx=room,
            n_threads=threads,
            n_threads_batch=threads,
            n_gpu_layers=0,
            verbose=False,
        )
        self._prompt = list(range(10, 10 + prompt))

    def rate(self, tokens: int) -> float:
        """Write greedily; return the tokens a second from the first one on."""
        self._model.reset()
        written = self._model.generate(self._prompt, temp=0.0, repeat_penalty=1.0)
        next(written)
        started = time.perf_counter()
        count = sum(1 for _ in islice(written, tokens - 1))
        return count / (time.perf_counter() - started)

    def close(self) -> None:
        """Free the memory."""
        self._model.close()
