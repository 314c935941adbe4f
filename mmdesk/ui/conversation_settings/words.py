"""What a conversation's own settings are, in words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QLocale

from mmdesk.core.conversations import NO_SETTINGS, ConversationSettings, Preset
from mmdesk.core.requests import GenerationSettings
from mmdesk.ui.model_words import DOT

_PROMPT = 80
"""Characters of a system prompt that are shown where it is only named."""


def preset_of(settings: ConversationSettings, presets: Sequence[Preset]) -> Preset | None:
    """Return the preset that these settings are, unless they are none or the person's own."""
    if settings == NO_SETTINGS:
        return None
    return next((preset for preset in presets if preset.settings == settings), None)


def label_text(settings: ConversationSettings, presets: Sequence[Preset]) -> str:
    """Return a few words for a button; "" where a conversation has no settings of its own."""
    if settings == NO_SETTINGS:
        return ""
    preset = preset_of(settings, presets)
    return preset.name if preset else own_text()


def own_text() -> str:
    """Return what settings are called that are no preset."""
    return QCoreApplication.translate("conversation", "Own settings")


def detail_text(settings: ConversationSettings) -> str:
    """Return what holds, a line for the system prompt and one for the sampling."""
    lines = []
    if prompt := " ".join(settings.system_prompt.split()):
        said = QCoreApplication.translate("conversation", "System prompt: {text}")
        lines.append(said.replace("{text}", shortened(prompt, _PROMPT)))
    if settings.generation is not None:
        lines.append(_sampling(settings.generation))
    return "\n".join(lines)


def shortened(text: str, most: int) -> str:
    """Return at most ``most`` characters of a text."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _sampling(generation: GenerationSettings) -> str:
    locale = QLocale()
    temperature = locale.toString(generation.temperature, "g", 3)
    top_p = locale.toString(generation.top_p, "g", 3)
    most = locale.toString(generation.max_tokens)
    parts = [
        QCoreApplication.translate("conversation", "temperature {value}").format(value=temperature),
        QCoreApplication.translate("conversation", "top-p {value}").format(value=top_p),
        QCoreApplication.translate("conversation", "at most {count} tokens").format(count=most),
    ]
    if generation.seed is not None:
        seed = QCoreApplication.translate("conversation", "seed {value}")
        parts.append(seed.format(value=generation.seed))
    return DOT.join(parts)
