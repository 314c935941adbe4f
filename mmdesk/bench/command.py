"""``mmdesk bench NAME``; imports nothing heavy before it runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmdesk.core.figures import Figure

Bench = Callable[[argparse.Namespace], Iterator["Figure"]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "name",
        choices=list(_BENCHES),
        metavar="NAME",
        help="; ".join(f"{name}: {what}" for name, (_, what) in _BENCHES.items()),
    )
    parser.add_argument("--n", type=int, default=10, metavar="N", help="trials of each side")
    parser.add_argument("--json", action="store_true", help="one JSON object per figure")
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="draw the figures with a bar, as .png or .svg"
    )
    parser.add_argument(
        "--gguf",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="with decode: measure llama.cpp, too, with this file of one of the sizes; repeatable",
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; 0 even where a bar is missed, since this is no test.

    Raises:
        BenchError: what was asked for can't be made here; said before anything is measured.
    """
    from mmdesk.core.figures import print_figures

    if arguments.plot is not None:
        from mmdesk.bench.plot import check_plot

        check_plot(arguments.plot)
    arguments.n = max(1, arguments.n)
    figures: list[Figure] = []
    bench, _ = _BENCHES[arguments.name]
    print_figures(_kept(bench(arguments), figures), as_json=arguments.json)
    if arguments.plot is not None:
        from mmdesk.bench.plot import write_plot

        write_plot(figures, arguments.plot, f"mmdesk bench {arguments.name}")
    return 0


def _kept(figures: Iterator[Figure], kept: list[Figure]) -> Iterator[Figure]:
    for figure in figures:
        kept.append(figure)
        yield figure


def _ui(arguments: argparse.Namespace) -> Iterator[Figure]:
    from mmdesk.bench import ui

    yield from ui.measure(arguments.n)


def _chat(arguments: argparse.Namespace) -> Iterator[Figure]:
    from mmdesk.bench import chat, served_chat

    yield from chat.measure(arguments.n)
    yield from served_chat.measure(arguments.n)


def _decode(arguments: argparse.Namespace) -> Iterator[Figure]:
    from mmdesk.bench import copying, decode, open_window

    yield from decode.measure(decode.Work(arguments.n, gguf=tuple(arguments.gguf)))
    yield from copying.measure(arguments.n)
    yield from open_window.measure(arguments.n)


def _load(arguments: argparse.Namespace) -> Iterator[Figure]:
    from mmdesk.bench import loading

    yield from loading.measure(arguments.n)


def _memory(arguments: argparse.Namespace) -> Iterator[Figure]:
    from mmdesk.bench import memory

    yield from memory.measure(arguments.n)


def _speech(arguments: argparse.Namespace) -> Iterator[Figure]:
    from mmdesk.bench import endpoint, speech

    yield from speech.measure(arguments.n)
    yield endpoint.measure(arguments.n)


def _fit(arguments: argparse.Namespace) -> Iterator[Figure]:
    from mmdesk.bench import fit

    del arguments
    yield from fit.measure()


def _durability(arguments: argparse.Namespace) -> Iterator[Figure]:
    from mmdesk.bench.durability import suite

    yield from suite.measure(suite.Counts(kills=arguments.n))


def _security(arguments: argparse.Namespace) -> Iterator[Figure]:
    from mmdesk.bench.security import suite

    yield from suite.measure(suite.Counts(pictures=arguments.n))


_BENCHES: dict[str, tuple[Bench, str]] = {
    "ui": (_ui, "start, load and streaming of the window"),
    "chat": (_chat, "first tokens with and without what was read before"),
    "decode": (_decode, "tokens a second beside transformers' and llama.cpp's, and with a window"),
    "load": (_load, "loading a checkpoint beside reading and copying its file"),
    "memory": (_memory, "what turns leave in memory (--n turns; 200 are published)"),
    "speech": (_speech, "short speech beside Whisper's"),
    "fit": (_fit, "the estimate of a model's memory beside the measured peak"),
    "durability": (_durability, "conversations under faults (--n kills; 200 are published)"),
    "security": (_security, "what hostile input can do (--n pictures; 100000 are published)"),
}
