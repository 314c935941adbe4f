"""What transformers says while it loads: records, and bars."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


def hand_over_records() -> None:
    """Have its records go where all others go, once."""
    from transformers.utils import logging

    logging.disable_default_handler()
    logging.enable_propagation()


@contextmanager
def without_bars() -> Iterator[None]:
    """Keep transformers from drawing bars between the lines that mmdesk prints."""
    from transformers.utils import logging

    drawn = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if drawn:
            logging.enable_progress_bar()
