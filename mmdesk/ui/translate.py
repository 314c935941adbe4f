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
    for template in (_translated(phrase.template), phrase.template):
        try:
            return template.format(**phrase.fields)
        except (KeyError, IndexError, ValueError, AttributeError, TypeError):
            _LOG.warning("can't fill in the sentence %r with %r", template, phrase.fields)
    return phrase.template


def _translated(template: str) -> str:
    for context in _CONTEXTS:
        text = QCoreApplication.translate(context, template)
        if text != template:
            return text
    return template
