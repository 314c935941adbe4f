"""The command line; imports neither torch nor Qt before parsing."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mmdesk import __version__

ENGINES = ("child", "in-process")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status: 0, 1 after an error, 2 for wrong usage."""
    parsed = parse(arguments)
    status: int = parsed.run(parsed)
    return status


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line; its ``run`` is the command's function."""
    return _parser().parse_args(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mmdesk",
        description="Ask about pictures, offline. Without a command, opens the window.",
    )
    parser.add_argument("--version", action="version", version=f"mmdesk {__version__}")
    _add_window_options(parser)
    parser.set_defaults(run=_open, files=[])
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_open(commands)
    _add_ask(commands)
    _add_doctor(commands)
    _add_developer_commands(commands)
    return parser


def _add_window_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, metavar="DIR", help="a checkpoint's folder")
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="child",
        help="hold the model in a process of its own (default) or in this one",
    )
    parser.add_argument("--debug", action="store_true", help="write a more detailed log")


def _add_open(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("open", help="open the window with pictures in the composer")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    _add_window_options(parser)
    parser.set_defaults(run=_open)


def _add_ask(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("ask", help="ask one question and print the answer")
    parser.add_argument("question", help='the question; "-" reads it from standard input')
    parser.add_argument(
        "-a",
        "--attach",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a picture; may be given several times",
    )
    _add_window_options(parser)
    parser.add_argument("--max-tokens", type=_positive, metavar="N", help="longest answer")
    parser.add_argument("--seed", type=_natural, metavar="N", help="seed of the sampler")
    parser.add_argument("--temperature", type=_temperature, metavar="T", help="0 is greedy")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--save", action="store_true", help="keep it among the conversations")
    parser.set_defaults(run=_ask)


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("doctor", help="say what is installed and what is missing")
    parser.add_argument("--model", type=Path, metavar="DIR", help="check this model instead")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=_doctor)


def _add_developer_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from mmdesk.bench import command as bench
    from mmdesk.evaluate import command as evaluate
    from mmdesk.training import command as training

    for name, module, text in (
        ("train", training, "train a model that ships with mmdesk"),
        ("eval", evaluate, "measure how right a model is"),
        ("bench", bench, "measure how fast mmdesk is"),
    ):
        parser = commands.add_parser(name, help=text)
        module.add_arguments(parser)
        parser.set_defaults(run=module.run)


def _open(arguments: argparse.Namespace) -> int:
    from mmdesk.app import run

    return run(arguments)


def _ask(arguments: argparse.Namespace) -> int:
    from mmdesk.ask import run

    return run(arguments)


def _doctor(arguments: argparse.Namespace) -> int:
    from mmdesk.doctor import run

    return run(arguments)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return value


def _natural(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**63:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 2^63")
    return value


def _temperature(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 5:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 5")
    return value
