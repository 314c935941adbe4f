"""``mmdesk bench NAME``; imports nothing heavy before it runs."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "name",
        choices=["ui", "chat", "decode", "speech", "fit", "durability"],
        help="ui: start, load and streaming of the window; "
        "chat: first tokens with and without what was read before; "
        "decode: tokens a second beside transformers' generate; "
        "speech: short speech beside Whisper's; "
        "fit: the estimate of a model's memory beside the measured peak; "
        "durability: conversations under faults (--n kills; 200 are published)",
    )
    parser.add_argument("--n", type=int, default=10, metavar="N", help="trials of each side")
    parser.add_argument("--json", action="store_true", help="one JSON object per figure")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; 0 even where a bar is missed, since this is no test."""
    from mmdesk.core.figures import print_figures

    trials = max(1, arguments.n)
    if arguments.name == "speech":
        from mmdesk.bench import endpoint, speech

        print_figures(speech.measure(trials), as_json=arguments.json)
        print_figures([endpoint.measure(trials)], as_json=arguments.json)
    elif arguments.name == "chat":
        from mmdesk.bench import chat

        print_figures(chat.measure(trials), as_json=arguments.json)
    elif arguments.name == "decode":
        from mmdesk.bench import decode

        print_figures(decode.measure(decode.Work(trials)), as_json=arguments.json)
    elif arguments.name == "fit":
        from mmdesk.bench import fit

        print_figures(fit.measure(), as_json=arguments.json)
    elif arguments.name == "durability":
        from mmdesk.bench.durability import suite

        print_figures(suite.measure(suite.Counts(kills=trials)), as_json=arguments.json)
    else:
        from mmdesk.bench import ui

        print_figures(ui.measure(trials), as_json=arguments.json)
    return 0
