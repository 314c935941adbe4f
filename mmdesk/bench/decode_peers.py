"""Who else decodes the same sizes on the same computer, each as a function of tokens to write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from mmdesk.bench.llama_cpp import TYPES, Converted, LlamaCpp
from mmdesk.bench.peers import Desk, Messages
from mmdesk.bench.serving import Server, can_serve, transformers_serve
from mmdesk.models.hardware import usable_cores

Side = Callable[[int], float]
"""Writes a number of tokens; returns how many it wrote a second."""

_SERVE = "serve"
BESIDE = {_SERVE: "float32"} | {f"llama_cpp_{kind}": dtype for kind, dtype in TYPES.values()}
"""Peers, and mmdesk's precision that each is held against."""


@contextmanager
def peers_of(
    desk: Desk, prompt: Messages, tokens: int, files: Sequence[Converted], threads: int
) -> Iterator[dict[str, Side]]:
    """Start those that are installed; a server takes all cores, so that it is started for those.

    Args:
        desk: With the model that a server gets as well.
        prompt: What they all answer.
        tokens: The longest answer.
        files: The same size for llama.cpp.
    """
    length = desk.loaded.prompts.build(prompt, tokens, lambda *_: None).tokens
    peers: dict[str, Side] = {}
    with ExitStack() as started:
        if can_serve() and threads == usable_cores():
            path = desk.loaded.info.path
            server = started.enter_context(transformers_serve(path, "float32", threads))
            peers[_SERVE] = _asking(server, prompt)
        for file in files:
            model = LlamaCpp(file, threads, length, length + 2 * tokens)
            started.callback(model.close)
            peers[file.name] = model.rate
        yield peers


def _asking(server: Server, prompt: Messages) -> Side:
    return lambda tokens: server.ask(prompt, tokens).per_second
