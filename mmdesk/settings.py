"""The person's settings: a TOML file, read defensively and written atomically."""

from __future__ import annotations

import contextlib
import os
from dataclasses import asdict, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from mmdesk import toml_values as toml
from mmdesk.core.conversations import ConversationSettings, Preset
from mmdesk.core.errors import SettingsError, SettingsUnreadable, SettingsUnwritable
from mmdesk.core.languages import LANGUAGES as SPOKEN_LANGUAGES
from mmdesk.core.matching import MatchModel
from mmdesk.core.models import STARTER, ModelKey, is_remote
from mmdesk.core.requests import (
    GenerationSettings,
    LoadModel,
    Script,
    SpeechModel,
    VoiceSettings,
)
from mmdesk.core.values import value
from mmdesk.paths import absolute

LANGUAGES = ("system", "en", "zh_CN")
THEMES = ("system", "light", "dark")
DEVICES = ("auto", "cuda", "mps", "cpu")
DTYPES = ("auto", "float32", "bfloat16", "float16", "int8", "int4")
HUBS = ("huggingface", "modelscope")
MAX_PRESET_NAME = 80
"""Characters."""

_Fields = TypeVar("_Fields", "Settings", GenerationSettings, VoiceSettings)


@value
class Settings:
    """What the person chose.

    Attributes:
        model: Who answers new conversations.
        speech_model: A Whisper folder or ``.pt`` file; None is the starter's.
        match_model: A CLIP or SigLIP folder; None where none is chosen.
        hub: Where models are downloaded from: one of ``HUBS``, or the address of a mirror with
            Hugging Face's interface. ``HF_ENDPOINT`` counts where it is "huggingface".
        idle_minutes: How long the model stays in memory without a question; 0 is for ever.
        threads: CPU threads for inference; 0 is as many as are fastest, one core left free.
        presets: Settings for single conversations, each with a name of its own.
        export_markdown: Whether the last export was in Markdown instead of JSON.
        shortcuts: Changed key bindings, action name -> portable key text ("Ctrl+N").
    """

    language: str = "system"
    theme: str = "system"
    model: ModelKey = STARTER
    speech_model: Path | None = None
    match_model: Path | None = None
    hub: str = HUBS[0]
    idle_minutes: int = 30
    device: str = "auto"
    dtype: str = "auto"
    threads: int = 0
    generation: GenerationSettings = field(default_factory=GenerationSettings)
    voice: VoiceSettings = field(default_factory=VoiceSettings)
    presets: tuple[Preset, ...] = ()
    export_markdown: bool = False
    shortcuts: dict[str, str] = field(default_factory=dict)

    def load_request(self, starter: Path, model: ModelKey) -> LoadModel:
        """Return the request for a model of this computer."""
        path = starter if model == STARTER else absolute(Path(model))
        return LoadModel(path, self.device, self.dtype, self.threads)

    def speech(self, starter: Path, model: Path | None = None) -> SpeechModel:
        """Return ``model``, the chosen speech model, or the starter's."""
        path = absolute(model or self.speech_model or starter)
        dtype = "auto" if self.dtype in ("int8", "int4") else self.dtype  # Whisper has no such
        return SpeechModel(path, self.device, dtype, self.threads)

    def match(self, starter: Path, model: Path | None = None) -> MatchModel:
        """Return ``model``, the chosen contrastive model, or the starter's."""
        path = absolute(model or self.match_model or starter)
        return MatchModel(path, self.device, self.dtype, self.threads)


def load_settings(path: Path) -> Settings:
    """Read the settings; a missing file means the defaults, an unknown key is ignored.

    Raises:
        SettingsUnreadable: the system refuses to read it.
        SettingsError: nonsensical. The file is set aside as ``*.broken`` first, so that nothing
            overwrites what the person wrote.
    """
    try:
        text = path.read_text(encoding="utf-8")
        import tomllib  # not before there is something to parse

        return _parse(tomllib.loads(text))
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingsUnreadable(path=path, reason=reason) from error
    except (ValueError, RecursionError) as error:
        _set_aside(path)
        raise SettingsError(path=path, reason=str(error)) from error


def save_settings(settings: Settings, path: Path) -> None:
    """Write the settings: whole or not at all.

    Raises:
        SettingsUnwritable: it can't be written.
    """
    import tomli_w  # here, not above: the window starts without it

    document = asdict(settings)
    for key in ("speech_model", "match_model"):
        document[key] = str(document[key] or "")
    document["voice"]["script"] = str(settings.voice.script)
    document["generation"] = _generation_table(settings.generation)
    document["presets"] = [_preset_table(preset) for preset in settings.presets]
    draft = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(draft, "wb") as file:
            os.chmod(draft, 0o600)
            tomli_w.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except (OSError, UnicodeError) as error:  # the model folder's name may be no text
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        reason = str(getattr(error, "strerror", None) or error).lower()
        raise SettingsUnwritable(path=path.parent, reason=reason) from error


def save_changes(before: Settings, after: Settings, path: Path) -> None:
    """Write what differs between two settings; what another process has written since stays.

    ``mmdesk models use`` writes while the window is open.

    Raises:
        SettingsUnreadable, SettingsUnwritable: the file is as it was.
    """
    try:
        kept = load_settings(path)
    except SettingsUnreadable:
        raise
    except SettingsError:  # it was set aside
        kept = before
    save_settings(_changed(kept, before, after), path)


def _changed(kept: _Fields, before: _Fields, after: _Fields) -> _Fields:
    """Return ``kept`` with the fields in which ``after`` differs from ``before``."""
    values: dict[str, Any] = {}
    for each in fields(kept):
        stays, old, new = (getattr(value, each.name) for value in (kept, before, after))
        if is_dataclass(new):
            values[each.name] = _changed(stays, old, new)
        elif each.name == "presets":
            values[each.name] = _changed_presets(stays, old, new)
        else:
            values[each.name] = stays if new == old else new
    return replace(kept, **values)


def _changed_presets(
    kept: tuple[Preset, ...], before: tuple[Preset, ...], after: tuple[Preset, ...]
) -> tuple[Preset, ...]:
    """Return ``after``, with what only another process has written: whole presets, by name."""
    if after == before:
        return kept
    stays = {preset.name: preset for preset in kept}
    known = {preset.name for preset in before}
    own = tuple(stays.get(each.name, each) if each in before else each for each in after)
    names = {preset.name for preset in after} | known
    return own + tuple(preset for preset in kept if preset.name not in names)


def _generation_table(generation: GenerationSettings) -> dict[str, Any]:
    table = asdict(generation)
    return {key: value for key, value in table.items() if value is not None}  # TOML has no null


def _preset_table(preset: Preset) -> dict[str, Any]:
    table: dict[str, Any] = {"name": preset.name, "system_prompt": preset.settings.system_prompt}
    if preset.settings.generation is not None:
        table["generation"] = _generation_table(preset.settings.generation)
    return table


def _parse(document: dict[str, Any]) -> Settings:
    return Settings(
        language=toml.choice(document, "language", LANGUAGES),
        theme=toml.choice(document, "theme", THEMES),
        device=toml.choice(document, "device", DEVICES),
        dtype=toml.choice(document, "dtype", DTYPES),
        threads=toml.number(document, "threads", int, 0, 0, 1024),
        model=_model(document),
        speech_model=toml.path(document, "speech_model"),
        match_model=toml.path(document, "match_model"),
        hub=_hub(document),
        idle_minutes=toml.number(document, "idle_minutes", int, 30, 0, 100_000),
        export_markdown=toml.switch(document, "export_markdown", False),
        generation=_generation(document.get("generation", {})),
        voice=_voice(document.get("voice", {})),
        presets=_presets(document.get("presets", [])),
        shortcuts=_shortcuts(document.get("shortcuts", {})),
    )


def _model(document: dict[str, Any]) -> ModelKey:
    text = toml.text(document, "model")
    if not text or text == STARTER or is_remote(text):
        return text or STARTER
    return str(absolute(Path(text)))


def _hub(document: dict[str, Any]) -> str:
    text = toml.text(document, "hub") or HUBS[0]
    if text not in HUBS and not is_remote(text):
        raise ValueError(f"hub is {text!r}, neither one of {', '.join(HUBS)} nor an address")
    return text


def _generation(table: object) -> GenerationSettings:
    if not isinstance(table, dict):
        raise ValueError("generation is not a table")
    default = GenerationSettings()
    return GenerationSettings(
        temperature=toml.number(table, "temperature", float, default.temperature, 0.0, 5.0),
        top_p=toml.number(table, "top_p", float, default.top_p, 0.01, 1.0),
        max_tokens=toml.number(table, "max_tokens", int, default.max_tokens, 1, 1_000_000),
        seed=toml.number(table, "seed", int, 0, 0, 2**63 - 1) if "seed" in table else None,
    )


def _presets(tables: object) -> tuple[Preset, ...]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError("presets is not a list of tables")
    presets = tuple(_preset(table) for table in tables)
    if len({preset.name for preset in presets}) < len(presets):
        raise ValueError("two presets have the same name")
    return presets


def _preset(table: dict[str, Any]) -> Preset:
    name = " ".join(toml.text(table, "name").split())
    if not name or len(name) > MAX_PRESET_NAME:
        raise ValueError(f"the name of a preset has not 1 to {MAX_PRESET_NAME} characters")
    own = table.get("generation")
    generation = None if own is None else _generation(own)
    return Preset(name, ConversationSettings(toml.text(table, "system_prompt"), generation))


def _voice(table: object) -> VoiceSettings:
    if not isinstance(table, dict):
        raise ValueError("voice is not a table")
    default = VoiceSettings()
    return VoiceSettings(
        device=toml.text(table, "device"),
        language=toml.choice(table, "language", ("", *SPOKEN_LANGUAGES)),
        script=Script(toml.choice(table, "script", tuple(Script))),
        send_at_once=toml.switch(table, "send_at_once", default.send_at_once),
        keep_recordings=toml.switch(table, "keep_recordings", default.keep_recordings),
        cut_context=toml.switch(table, "cut_context", default.cut_context),
        silence_s=toml.number(table, "silence_s", float, default.silence_s, 0.3, 5.0),
    )


def _shortcuts(table: object) -> dict[str, str]:
    if not isinstance(table, dict):
        raise ValueError("shortcuts is not a table")
    return {str(action): keys for action, keys in table.items() if isinstance(keys, str)}


def _set_aside(path: Path) -> None:
    try:
        os.replace(path, path.with_suffix(".toml.broken"))
    except OSError:  # the sentence names the file either way
        return
