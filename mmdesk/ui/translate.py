"""Sentences of the core, in the person's language."""

from __future__ import annotations

import logging

from PySide6.QtCore import QCoreApplication

from mmdesk.core.phrases import Phrase

_LOG = logging.getLogger(__name__)
_CONTEXTS = ("errors", "notes")


def phrase_text(phrase: Phrase) -> str:
    """Return ``phrase`` translated, with its fields filled in.

    A translation that names a field which isn't there falls back to the English sentence, and
    an English template that does so is shown as it stands: a sentence is never lost.
    """
    fields = {name: _field(name, value) for name, value in phrase.fields.items()}
    for template in (_translated(phrase.template), phrase.template):
        try:
            return template.format(**fields)
        except (KeyError, IndexError, ValueError, AttributeError, TypeError):
            _LOG.warning("can't fill in the sentence %r with %r", template, phrase.fields)
    return phrase.template


def _field(name: str, value: object) -> object:
    """Return a field's value; the languages' names are translated too."""
    if name == "language" and isinstance(value, str):
        return QCoreApplication.translate("languages", value)
    return value


def _translated(template: str) -> str:
    for context in _CONTEXTS:
        text = QCoreApplication.translate(context, template)
        if text != template:
            return text
    return template
