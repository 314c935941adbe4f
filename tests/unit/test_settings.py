"""Settings survive a round trip, and nonsense in the file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mmdesk.core.conversations import ConversationSettings, Preset
from mmdesk.core.errors import SettingsError, SettingsUnreadable, SettingsUnwritable
from mmdesk.core.requests import GenerationSettings, Script, VoiceSettings
from mmdesk.settings import MAX_PRESET_NAME, Settings, load_settings, save_changes, save_settings


def test_a_missing_file_means_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.toml") == Settings()


def test_round_trip(tmp_path: Path) -> None:
    settings = Settings(
        language="zh_CN",
        theme="dark",
        model=str(tmp_path / '模型 "one"'),
        speech_model=tmp_path / "base.pt",
        match_model=tmp_path / "clip",
        hub="https://mirror.example",
        idle_minutes=5,
        export_markdown=True,
        threads=3,
        voice=VoiceSettings(
            device="USB 麦克风",
            language="zh",
            script=Script.TRADITIONAL,
            send_at_once=True,
            keep_recordings=False,
            cut_context=False,
            silence_s=1.5,
        ),
        generation=GenerationSettings(0.7, 0.9, 256, 42),
        presets=(
            Preset("翻译", ConversationSettings('把 "quotes"\n和换行都翻译成中文。\\n')),
            Preset("Varied", ConversationSettings("", GenerationSettings(1.2, 0.95, 64))),
            Preset("Same", ConversationSettings("Be brief.", GenerationSettings(0.5, seed=7))),
        ),
        shortcuts={"new": "Ctrl+Shift+N"},
    )
    save_settings(settings, tmp_path / "deep" / "settings.toml")
    assert load_settings(tmp_path / "deep" / "settings.toml") == settings


def test_what_another_process_wrote_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    opened = Settings(theme="dark", generation=GenerationSettings(temperature=0.5))
    save_settings(replace(opened, model="/models/one"), path)  # mmdesk models use
    voice = VoiceSettings(language="zh")
    save_changes(opened, replace(opened, theme="light", voice=voice), path)
    expected = replace(opened, model="/models/one", theme="light", voice=voice)
    assert load_settings(path) == expected
    changed = replace(opened.generation, seed=3)
    save_changes(opened, replace(opened, generation=changed, model="starter"), path)
    assert load_settings(path) == replace(expected, generation=changed)


def test_presets_that_another_process_wrote_stay(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    first, second, third = (
        Preset(name, ConversationSettings(name.lower())) for name in ("One", "Two", "Three")
    )
    opened = Settings(presets=(first, second))
    theirs = Preset("Theirs", ConversationSettings("written meanwhile"))
    rewritten = Preset("One", ConversationSettings("rewritten meanwhile"))
    save_settings(replace(opened, presets=(rewritten, second, theirs)), path)
    save_changes(opened, replace(opened, presets=(first, third)), path)
    assert load_settings(path).presets == (rewritten, third, theirs)
    save_changes(opened, replace(opened, theme="dark"), path)
    assert load_settings(path).presets == (rewritten, third, theirs)


def test_settings_that_cannot_be_read_are_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.mkdir()
    with pytest.raises(SettingsUnreadable):
        save_changes(Settings(), Settings(threads=3), path)


def test_nonsense_is_set_aside_before_changes_are_written(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("threads = 'many'")
    save_changes(Settings(theme="dark"), Settings(theme="dark", threads=3), path)
    assert load_settings(path) == Settings(theme="dark", threads=3)
    assert (tmp_path / "settings.toml.broken").read_text() == "threads = 'many'"


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("", "starter"),
        ('model = ""', "starter"),
        ('model = "starter"', "starter"),
        ('model = "/models/one"', "/models/one"),
        ('model = "http://127.0.0.1:8000/v1#org/name"', "http://127.0.0.1:8000/v1#org/name"),
    ],
)
def test_who_answers(tmp_path: Path, text: str, model: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    assert load_settings(tmp_path / "settings.toml").model == model


@pytest.mark.parametrize(
    "text",
    [
        "language = 3",
        'theme = "purple"',
        "threads = -1",
        "threads = true",
        "[generation]\ntemperature = 99.0",
        "[generation]\ntop_p = nan",
        "generation = 1",
        "shortcuts = []",
        "model = 5",
        "speech_model = true",
        "match_model = 1",
        'hub = "ftp://mirror"',
        "idle_minutes = -1",
        "voice = 1",
        '[voice]\nlanguage = "klingon"',
        '[voice]\nscript = "latin"',
        "[voice]\nsend_at_once = 1",
        "[voice]\nsilence_s = 60",
        "[voice]\ndevice = 3",
        "presets = 1",
        "presets = [1]",
        "[presets]\nname = 'one'",
        "[[presets]]\nname = ' '",
        f"[[presets]]\nname = '{'x' * (MAX_PRESET_NAME + 1)}'",
        "[[presets]]\nname = 3",
        "[[presets]]\nname = 'one'\nsystem_prompt = []",
        "[[presets]]\nname = 'one'\ngeneration = 1",
        "[[presets]]\nname = 'one'\n[presets.generation]\ntop_p = 2.0",
        "[[presets]]\nname = 'one'\n[[presets]]\nname = ' one'",
        "not toml at all",
        "\x00",
    ],
)
def test_nonsense_is_refused_and_set_aside(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    assert str(path) in caught.value.message
    assert (tmp_path / "settings.toml.broken").read_text() == text
    assert load_settings(path) == Settings()


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError):
        load_settings(path)


def test_an_unknown_key_of_a_later_version_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('camera = "F9"\ntheme = "dark"\n')
    assert load_settings(path) == Settings(theme="dark")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError):
        save_settings(Settings(), tmp_path / "file" / "settings.toml")


def test_a_file_that_cannot_be_read_is_not_said_to_be_set_aside(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").mkdir()
    with pytest.raises(SettingsUnreadable) as caught:
        load_settings(tmp_path / "settings.toml")
    assert "set aside" not in caught.value.hint


def test_brackets_without_end(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("x = " + "[" * 100_000)
    with pytest.raises(SettingsError):
        load_settings(path)


def test_what_cannot_be_saved_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    save_settings(Settings(threads=3), path)
    with pytest.raises(SettingsUnwritable):
        save_settings(Settings(speech_model=Path("no\udcfftext")), path)
    assert load_settings(path).threads == 3
    assert [file.name for file in tmp_path.iterdir()] == ["settings.toml"]
