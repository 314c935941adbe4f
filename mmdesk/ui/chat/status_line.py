"""The quiet line above an answer: which model, what it is doing, what it took."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from mmdesk.core.conversations import EntryStatus, StopReason, Usage
from mmdesk.core.models import host_of, is_remote, short_name

_DOT = "  ·  "
_STARTER = "Starter"
"""The name that the model of the starter pack has in conversations."""


def waiting_line(model: str, doing: str) -> str:
    """Return "Starter · writing…"."""
    return _DOT.join(part for part in (_shown(model), doing) if part)


def writing() -> str:
    """Return what an answer does once its first word is there."""
    return QCoreApplication.translate("chat", "writing…")


def thinking() -> str:
    """Return what an answer does while its thought streams in."""
    return QCoreApplication.translate("chat", "thinking…")


def waiting() -> str:
    """Return what an answer does before anything is known of it."""
    return QCoreApplication.translate("chat", "waiting for the model")


def finished_line(
    model: str, usage: Usage | None, status: EntryStatus, reason: StopReason | None
) -> str:
    """Return "Starter · 31 tokens · first word 0.18 s · 64 tokens/s", with how it ended."""
    parts = [_shown(model), *_usage_parts(usage), _ending(status, reason)]
    return _DOT.join(part for part in parts if part)


def _shown(model: str) -> str:
    """Return a model's name, with the host of one that isn't on this computer."""
    if model == _STARTER:
        return QCoreApplication.translate("ModelDisplay", "Starter")
    if is_remote(model):
        return _DOT.join(part for part in (short_name(model), host_of(model)) if part)
    return model


def _usage_parts(usage: Usage | None) -> list[str]:
    if usage is None:
        return []
    locale = QLocale()
    count = locale.toString(usage.completion_tokens)
    parts = [QCoreApplication.translate("chat", "{count} tokens").format(count=count)]
    if usage.completion_tokens and usage.ttft_ms > 0:
        seconds = usage.ttft_ms / 1000
        shown = locale.toString(seconds, "f", 2 if seconds < 10 else 0)
        parts.append(
            QCoreApplication.translate("chat", "first word {seconds} s").format(seconds=shown)
        )
    if usage.tokens_per_second > 0:
        rate = usage.tokens_per_second
        shown = locale.toString(rate, "f", 0 if rate >= 10 else 1)
        parts.append(QCoreApplication.translate("chat", "{rate} tokens/s").format(rate=shown))
    return parts


def _ending(status: EntryStatus, reason: StopReason | None) -> str:
    if status is EntryStatus.STOPPED or reason is StopReason.CANCELLED:
        return QCoreApplication.translate("chat", "stopped")
    if status is EntryStatus.INTERRUPTED:
        return QCoreApplication.translate("chat", "interrupted when mmdesk ended")
    if status is EntryStatus.FAILED:
        return QCoreApplication.translate("chat", "failed")
    if reason is StopReason.LENGTH:
        return QCoreApplication.translate("chat", "cut off at the longest answer")
    return ""
