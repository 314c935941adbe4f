"""Every error says a whole sentence and a hint, and crosses a process boundary."""

from __future__ import annotations

import pickle
import string
from collections.abc import Iterator

import pytest

from mmdesk.core import errors
from mmdesk.core.errors import MmdeskError


def _tree(root: type[MmdeskError] = MmdeskError) -> Iterator[type[MmdeskError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)


ALL = sorted(set(_tree()), key=lambda kind: kind.__name__)


def _fields(kind: type[MmdeskError]) -> dict[str, object]:
    names = [
        name
        for template in (kind.sentence, kind.advice)
        for _, name, _, _ in string.Formatter().parse(template)
        if name
    ]
    return {name: f"<{name}>" for name in names}


@pytest.mark.parametrize("kind", ALL)
def test_an_error_fills_its_fields_in(kind: type[MmdeskError]) -> None:
    error = kind(**_fields(kind))
    assert error.message.endswith((".", ">"))
    assert error.hint
    for value in error.fields.values():
        assert str(value) in error.message + error.hint


@pytest.mark.parametrize("kind", ALL)
def test_an_error_survives_pickling(kind: type[MmdeskError]) -> None:
    error = kind(**_fields(kind))
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert (copy.message, copy.hint, copy.kind) == (error.message, error.hint, error.kind)


@pytest.mark.parametrize("kind", ALL)
def test_the_tree_in_the_docstring_is_whole(kind: type[MmdeskError]) -> None:
    assert kind.__name__ in (errors.__doc__ or "").replace("├", " ").split()


def test_braces_in_a_file_name_are_only_text() -> None:
    error = errors.FileMissing(name="{0}{name!r}.png")
    assert "{0}{name!r}.png" in error.message


def test_the_kind_is_snake_case() -> None:
    assert errors.PromptTooLong(tokens=1, limit=1, picture_tokens=0, pictures=0).kind == (
        "prompt_too_long"
    )
