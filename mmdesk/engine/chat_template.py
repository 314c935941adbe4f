"""Rendering a checkpoint's chat template, which is a foreign program.

transformers runs it in jinja2's sandbox: it reaches no file and no attribute of Python's own, and
``range`` ends at 100,000. Nothing there ends a loop in a loop in a loop, though.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from jinja2 import TemplateError

from mmdesk.core.errors import ChatTemplateFailed

MOST_SECONDS = 10.0
MOST_CHARACTERS = 1_000_000
"""Of a conversation whose texts are left out: what is left are its turns' marks."""

DEFAULT_TEMPLATE = """\
{%- for message in messages -%}
{%- if message.role == 'assistant' %}{{ 'ASSISTANT: ' }}
{%- elif message.role == 'user' %}{{ 'USER: ' }}{% endif -%}
{%- for part in message.content -%}
{%- if part.type == 'image' %}{{ image_token + '\\n' }}{% else %}{{ part.text }}{% endif -%}
{%- endfor -%}
{{ '\\n' }}
{%- endfor -%}
{%- if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif -%}
"""
"""For a checkpoint without a chat template: the plain dialogue of LLaVA (Liu et al., 2023)."""


def template_of(processor: Any) -> str:
    """Return the checkpoint's chat template, or the default where it has none."""
    for holder in (processor, getattr(processor, "tokenizer", None)):
        template = getattr(holder, "chat_template", None)
        if isinstance(template, dict):
            template = template.get("default") or next(iter(template.values()), None)
        if isinstance(template, str) and template:
            return template
    return DEFAULT_TEMPLATE


class _Endless(Exception):
    """The time is up."""


@contextmanager
def template_errors(seconds: float | None = None) -> Iterator[None]:
    """Give whatever a template does wrong as one error, and end it when the time is up.

    Raises:
        ChatTemplateFailed: it fails, or takes longer than ``seconds`` (or ``MOST_SECONDS``).
    """
    seconds = MOST_SECONDS if seconds is None else seconds
    try:
        with _limited(seconds):
            yield
    except _Endless as error:
        reason = f"it goes on for more than {seconds:.0f} s"
        raise ChatTemplateFailed(reason=reason) from error
    except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError) as error:
        raise ChatTemplateFailed(reason=_short(error)) from error
    except (AttributeError, RecursionError) as error:
        raise ChatTemplateFailed(reason=_short(error)) from error


@contextmanager
def tokenizer_panics() -> Iterator[None]:
    """Make an error of a panic in the tokenizers library, which Python's ``Exception`` isn't.

    It gives up over regular expressions that take too long, for example.

    Raises:
        ChatTemplateFailed: it panicked.
    """
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3's, which can't be imported
            raise
        failure = ChatTemplateFailed(reason=f"the tokenizer gives up ({str(error)[:120]})")
    else:
        return
    raise failure


def check_length(text: str) -> str:
    """Return a rendered template.

    Raises:
        ChatTemplateFailed: it is of a length that would keep the tokenizer busy for minutes.
    """
    if len(text) > MOST_CHARACTERS:
        raise ChatTemplateFailed(reason=f"it writes {len(text)} characters of its own")
    return text


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise in the code of the block once ``seconds`` are over.

    A trace function is called at every line of Python, and compiled templates are Python. Unlike
    a signal, it works in every thread.
    """
    end = time.monotonic() + seconds

    def trace(_frame: FrameType, _event: str, _argument: Any) -> Any:
        if time.monotonic() > end:
            raise _Endless
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:160].rstrip(".") or type(error).__name__
