"""The command line; imports neither torch nor Qt before parsing."""

from __future__ import annotations

import argparse
import io
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from mmdesk import __version__
from mmdesk.core.errors import (
    InstallationBroken,
    InternalError,
    MmdeskError,
    ModelUnknown,
    ServerNotEncrypted,
    StoreBusy,
)
from mmdesk.network import METER
from mmdesk.sealing import seal

ENGINES = ("child", "in-process")
_WINDOW: dict[str, object] = {"model": None, "engine": "child", "debug": False}
"""What a window is opened with unless something else is said."""
_SEALED = "let no process of mmdesk open an internet connection (Linux)"
_DEVELOPER = ("train", "eval", "bench")
"""Commands that start servers of others beside mmdesk."""
INTERRUPTED = 130
"""Exit status after Ctrl+C, as shells count it."""
_HINTS: dict[type[MmdeskError], str] = {
    InternalError: "The log has the details; “mmdesk doctor” says where it is.",
    ModelUnknown: "“mmdesk models” lists those that there are, “mmdesk models pull” fetches one.",
    StoreBusy: "Close the other mmdesk first, its window above all.",
    ServerNotEncrypted: "Use https, or add --confirm-unencrypted for a computer in your own "
    "network: others in it could read your pictures, questions and key.",
}
"""Advice in place of that which is meant for the window."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status: 0, 1 after an error, 2 for wrong usage."""
    _prepare_streams()
    try:
        _take_interrupts_back()
        parsed = parse(arguments)
        if parsed.sealed:
            seal()
        if parsed.guarded and arguments is None:
            METER.guard()
        status: int = parsed.run(parsed)
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader (``| head``) has seen enough
        return 1
    except ImportError as error:
        return _say(InstallationBroken(what=error))
    except MmdeskError as error:
        return _say(error)
    except Exception as error:
        logging.getLogger(__name__).exception("running a command")
        return _say(InternalError.of(error))
    finally:
        _release_streams()


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line; its ``run`` is the command's function."""
    words = sys.argv[1:] if arguments is None else arguments
    if not words:  # nor does the window wait for a parser that has nothing to read
        return argparse.Namespace(run=_open, files=[], sealed=False, guarded=True, **_WINDOW)
    return _parser(words).parse_args(words)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of a command line with these words."""
    parser = argparse.ArgumentParser(
        prog="mmdesk",
        description="Ask about pictures, offline. Without a command, opens the window.",
    )
    parser.add_argument("--version", action="version", version=f"mmdesk {__version__}")
    _add_window_options(parser)
    parser.add_argument("--sealed", action="store_true", help=_SEALED)
    parser.set_defaults(run=_open, files=[], guarded=True)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, (text, declare) in _COMMANDS.items():
        command = commands.add_parser(name, help=text)
        command.set_defaults(guarded=name not in _DEVELOPER)
        if name in words:  # the window would wait for the options of all the others
            declare(command)
    return parser


def _add_window_options(parser: argparse.ArgumentParser) -> None:
    _add_model_option(parser)
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        help="hold the model in a process of its own (default) or in this one",
    )
    parser.add_argument("--debug", action="store_true", help="write a more detailed log")
    parser.set_defaults(**_WINDOW)


def _add_model_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", metavar="MODEL", help="a folder, or the id of a model that “mmdesk models” lists"
    )


def _declare_open(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--sealed", action="store_true", default=argparse.SUPPRESS, help=_SEALED)
    _add_window_options(parser)
    parser.set_defaults(run=_open)


def _declare_ask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "question", nargs="?", default="", help='the question; "-" reads it from standard input'
    )
    parser.add_argument(
        "-a",
        "--attach",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a picture; may be given several times",
    )
    parser.add_argument("--audio", type=Path, metavar="FILE", help="the question, spoken")
    _add_speech_options(parser)
    _add_window_options(parser)
    parser.add_argument("--max-tokens", type=_positive, metavar="N", help="longest answer")
    parser.add_argument("--seed", type=_natural, metavar="N", help="seed of the sampler")
    parser.add_argument("--temperature", type=_temperature, metavar="T", help="0 is greedy")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--evidence",
        type=Path,
        metavar="FILE.png",
        help="write the picture with what the answer points at",
    )
    parser.add_argument("--save", action="store_true", help="keep it among the conversations")
    parser.set_defaults(run=_ask)


def _declare_transcribe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    _add_speech_options(parser)
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="one JSON object per file")
    output.add_argument(
        "--format", choices=("text", "srt", "vtt"), default="text", help="default: text"
    )
    parser.add_argument("--engine", choices=ENGINES, default="child", help=argparse.SUPPRESS)
    parser.set_defaults(run=_transcribe)


def _declare_match(parser: argparse.ArgumentParser) -> None:
    from mmdesk import match_command

    match_command.add_match(parser)
    parser.set_defaults(run=match_command.run_match)


def _declare_classify(parser: argparse.ArgumentParser) -> None:
    from mmdesk import match_command

    match_command.add_classify(parser)
    parser.set_defaults(run=match_command.run_classify)


def _declare_record(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="FILE.flac", help="written as FLAC, 16 kHz")
    parser.add_argument("--device", metavar="NAME", help="a microphone that doctor lists")
    parser.add_argument(
        "--seconds", type=_seconds, default=20.0, metavar="S", help="at most (default 20)"
    )
    parser.add_argument(
        "--until-silence", action="store_true", help="end by itself when the speech has ended"
    )
    parser.set_defaults(run=_record)


def _add_speech_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--language", type=_language, metavar="L", help="what is spoken: en, zh, … (or auto)"
    )
    parser.add_argument(
        "--speech-model", type=Path, metavar="PATH", help="a Whisper folder or .pt file"
    )


def _declare_models(parser: argparse.ArgumentParser) -> None:
    from mmdesk import models_command

    models_command.add_arguments(parser)
    parser.set_defaults(run=models_command.run)


def _declare_export(parser: argparse.ArgumentParser) -> None:
    from mmdesk import archive_commands

    archive_commands.add_export(parser)
    parser.set_defaults(run=archive_commands.run_export, refuse_usage=parser.error)


def _declare_import(parser: argparse.ArgumentParser) -> None:
    from mmdesk import archive_commands

    archive_commands.add_import(parser)
    parser.set_defaults(run=archive_commands.run_import, refuse_usage=parser.error)


def _declare_restore(parser: argparse.ArgumentParser) -> None:
    from mmdesk import archive_commands

    archive_commands.add_restore(parser)
    parser.set_defaults(run=archive_commands.run_restore, refuse_usage=parser.error)


def _declare_doctor(parser: argparse.ArgumentParser) -> None:
    _add_model_option(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--offline",
        action="store_true",
        help="do everything once in an empty network, and print a receipt (Linux)",
    )
    parser.set_defaults(run=_doctor)


def _declare_train(parser: argparse.ArgumentParser) -> None:
    from mmdesk.training import command

    command.add_arguments(parser)
    parser.set_defaults(run=command.run)


def _declare_eval(parser: argparse.ArgumentParser) -> None:
    from mmdesk.evaluate import command

    command.add_arguments(parser)
    parser.set_defaults(run=command.run)


def _declare_bench(parser: argparse.ArgumentParser) -> None:
    from mmdesk.bench import command

    command.add_arguments(parser)
    parser.set_defaults(run=command.run)


_COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "open": ("open the window with pictures in the composer", _declare_open),
    "ask": ("ask one question and print the answer", _declare_ask),
    "transcribe": ("write down what is said in sound files", _declare_transcribe),
    "match": ("compare a picture with texts", _declare_match),
    "classify": ("tell which of several labels a picture is of", _declare_classify),
    "record": ("record a clip from the microphone", _declare_record),
    "models": ("list, download, check and choose models", _declare_models),
    "export": ("export conversations", _declare_export),
    "import": ("import conversations", _declare_import),
    "restore": ("restore a backup", _declare_restore),
    "doctor": ("say what is installed and what is missing", _declare_doctor),
    "train": ("train a model on your own pictures, or one that ships with mmdesk", _declare_train),
    "eval": ("measure how right a model is", _declare_eval),
    "bench": ("measure how fast mmdesk is", _declare_bench),
}


def _open(arguments: argparse.Namespace) -> int:
    from mmdesk.app import run

    return run(arguments)


def _ask(arguments: argparse.Namespace) -> int:
    from mmdesk.ask.command import run

    return run(arguments)


def _transcribe(arguments: argparse.Namespace) -> int:
    from mmdesk.transcribe import run

    return run(arguments)


def _record(arguments: argparse.Namespace) -> int:
    from mmdesk.record import run

    return run(arguments)


def _doctor(arguments: argparse.Namespace) -> int:
    if arguments.offline:
        from mmdesk.offline_tour import run
    else:
        from mmdesk.doctor import run

    return run(arguments)


def _say(error: MmdeskError) -> int:
    print(f"mmdesk: {error.message}\n  {_HINTS.get(type(error), error.hint)}", file=sys.stderr)
    return 1


def _take_interrupts_back() -> None:
    """Have Ctrl+C raise KeyboardInterrupt again, which ``__main__`` switched off for imports."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _prepare_streams() -> None:
    """Open standard streams that are closed, and let no character be unprintable.

    A file that is opened later would otherwise take the place of standard output. Python has
    None for a closed stream, and so has a windowed Python on Windows.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _release_streams() -> None:
    """Send to nowhere what can't be written: the interpreter's last flush would complain."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _positive(text: str) -> int:
    return int(_number(text, int, 1, 1_000_000))


def _natural(text: str) -> int:
    return int(_number(text, int, 0, 2**63 - 1))


def _seconds(text: str) -> float:
    return _number(text, float, 0.1, 29)


def _language(text: str) -> str:
    """Return Whisper's code of a language that is given by its code or English name."""
    from mmdesk.core.languages import LANGUAGES

    wanted = text.strip().lower()
    if wanted == "auto":
        return ""
    for code, name in LANGUAGES.items():
        if wanted in (code, name.lower()):
            return code
    raise argparse.ArgumentTypeError(f"{text[:40]!r} is no language that Whisper knows")


def _temperature(text: str) -> float:
    return _number(text, float, 0, 5)


def _number(text: str, kind: type[float], least: float, most: int) -> float:
    try:
        value = kind(text)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        what = "a whole number" if kind is int else "a number"
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not {what} from {least} to {most}")
    return value
