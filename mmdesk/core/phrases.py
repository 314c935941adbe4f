"""Sentences for people: an English template with fields, translated where it is shown.

The core can't import Qt, yet every sentence a person reads must be translatable. A template is
marked with :func:`QT_TRANSLATE_NOOP`, which Qt's lupdate recognises by its name; the window
looks the template up in its catalogue and fills the fields in afterwards.
"""

from __future__ import annotations

from dataclasses import field

from mmdesk.core.values import value


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Return ``text`` unchanged; marks it for lupdate under ``context``."""
    del context
    return text


@value
class Phrase:
    """One sentence: an English ``template`` in ``str.format`` style and the values for it."""

    template: str
    fields: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.fields)
