"""Colours for code: Pygments' tokens in two palettes, each readable on the panel ground."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String, Token
from pygments.util import ClassNotFound

LONGEST_HIGHLIGHTED = 30_000
"""Characters; longer code is shown without colours."""

LIGHT = {
    Comment: "#66655f",
    Keyword: "#7a2f8f",
    Name.Builtin: "#0b5c8a",
    Name.Class: "#0b5c8a",
    Name.Decorator: "#7a4b00",
    Name.Exception: "#a12622",
    Name.Function: "#0b5c8a",
    Name.Tag: "#0f6e66",
    Name.Attribute: "#7a4b00",
    Number: "#8a4200",
    Operator.Word: "#7a2f8f",
    String: "#2f6a1d",
    Generic.Deleted: "#a12622",
    Generic.Inserted: "#2f6a1d",
    Generic.Heading: "#0b5c8a",
}
DARK = {
    Comment: "#9b9b95",
    Keyword: "#d3a0e6",
    Name.Builtin: "#7cc0ee",
    Name.Class: "#7cc0ee",
    Name.Decorator: "#e6b450",
    Name.Exception: "#f08a84",
    Name.Function: "#7cc0ee",
    Name.Tag: "#5cc5b7",
    Name.Attribute: "#e6b450",
    Number: "#eda66b",
    Operator.Word: "#d3a0e6",
    String: "#9fcf86",
    Generic.Deleted: "#f08a84",
    Generic.Inserted: "#9fcf86",
    Generic.Heading: "#7cc0ee",
}


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    if not language:
        return None
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def coloured(code: str, info: str, *, dark: bool) -> Iterator[tuple[str, str]]:
    """Yield ``code`` in pieces with the colour of each, "" for the text's own.

    ``info`` is the fence's info string; its first word names the language. The pieces joined
    are ``code``, whatever the lexer makes of it. Each is looked for as it is asked for.
    """
    lexer = _lexer(info.split()[0].lower() if info.split() else "")
    if lexer is None or len(code) > LONGEST_HIGHLIGHTED:
        yield code, ""
        return
    palette = DARK if dark else LIGHT
    position = 0
    for kind, text in lexer.get_tokens(code):
        if not code.startswith(text, position):
            break
        yield text, _colour(kind, palette)
        position += len(text)
    if position < len(code):
        yield code[position:], ""


def _colour(kind: object, palette: Mapping[Any, str]) -> str:
    while kind is not Token:
        if kind in palette:
            return palette[kind]
        kind = getattr(kind, "parent", Token)
    return ""
