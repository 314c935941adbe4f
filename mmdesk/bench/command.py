"""``mmdesk bench NAME``; imports nothing heavy before it runs."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", choices=["ui"], help="ui: start, load and streaming of the window")
    parser.add_argument("--n", type=int, default=10, metavar="N", help="starts to measure")
    parser.add_argument("--json", action="store_true", help="one JSON object per figure")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; 0 even where a bar is missed, since this is no test."""
    from mmdesk.bench import ui
    from mmdesk.core.figures import print_figures

    print_figures(ui.measure(max(1, arguments.n)), as_json=arguments.json)
    return 0
