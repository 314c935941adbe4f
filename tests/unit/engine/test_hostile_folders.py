"""Checkpoints made to block or to take the machine: refused, or ended, with a sentence."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from mmdesk.core.errors import (
    ChatTemplateFailed,
    ModelDamaged,
    ModelIncomplete,
    ModelMissing,
    ModelOutOfMemory,
)
from mmdesk.engine.chat_template import template_errors
from tests.unit.engine.conversing import ask, talk
from tests.unit.engine.poisoning import CONFIGS, WEIGHTS, edit, load_error, loads


@pytest.fixture
def model(llava: Path, tmp_path: Path) -> Path:
    """A copy that a test may poison."""
    return Path(shutil.copytree(llava, tmp_path / "model"))


# Files


ODD_FILES = (
    "generation_config.json",
    "chat_template.jinja",
    "additional_chat_templates/tool.jinja",
    "added_tokens.json",
    "video_preprocessor_config.json",
    WEIGHTS,
)


def _replaced(model: Path, name: str) -> Path:
    file = model / name
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    return file


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFOs")
@pytest.mark.parametrize("name", ODD_FILES)
def test_files_that_block_are_not_opened(model: Path, name: str) -> None:
    fifo = model.parent / "fifo"
    os.mkfifo(fifo)
    _replaced(model, name).symlink_to(fifo)
    error = load_error(model)
    assert isinstance(error, ModelDamaged)
    assert error.fields["file"] == name
    assert "not a regular file" in error.message


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no /dev/zero")
@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", *ODD_FILES])
def test_devices_are_not_read(model: Path, name: str) -> None:
    _replaced(model, name).symlink_to("/dev/zero")
    assert "not a regular file" in load_error(model).message


def test_links_as_in_the_hub_cache_are_followed(model: Path) -> None:
    blobs = model.parent / "blobs"
    blobs.mkdir()
    for file in list(model.iterdir()):
        file.rename(blobs / file.name)
        file.symlink_to(Path("..") / "blobs" / file.name)
    loads(model)
    (blobs / WEIGHTS).unlink()
    assert isinstance(load_error(model), ModelIncomplete)


def test_a_configuration_that_is_a_folder(model: Path) -> None:
    (model / "config.json").unlink()
    (model / "config.json").mkdir()
    assert isinstance(load_error(model), ModelDamaged | ModelMissing)


@pytest.mark.parametrize("name", [*CONFIGS, "quantize_config.json"])
def test_a_configuration_100_000_deep(model: Path, name: str) -> None:
    (model / name).write_text('{"a": ' * 100_000 + "1" + "}" * 100_000)
    error = load_error(model)
    assert isinstance(error, ModelDamaged)
    assert error.fields["file"] == name


@pytest.mark.logs("Loading .* failed")
def test_a_tokenizer_100_000_deep(model: Path) -> None:
    (model / "tokenizer.json").write_text("[" * 100_000 + "]" * 100_000)
    assert isinstance(load_error(model), ModelDamaged)


def test_a_tokenizer_of_many_gigabytes_is_not_read(model: Path) -> None:
    os.truncate(model / "tokenizer.json", 8 * 2**30)  # sparse: takes no space
    error = load_error(model)
    assert error.fields["file"] == "tokenizer.json"
    assert "implausibly large" in error.message


# Memory


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("text_config", {"vocab_size": 10**8}),
        ("text_config", {"vocab_size": 10**12}),
        ("text_config", {"hidden_size": 10**6}),
        ("text_config", {"intermediate_size": 10**9}),
        ("text_config", {"num_hidden_layers": 10**6}),
        ("vision_config", {"num_hidden_layers": 10**6}),
        ("vision_config", {"image_size": 80_000}),
    ],
)
def test_a_configuration_that_asks_for_more_than_its_files_hold(
    model: Path, part: str, changes: dict[str, int]
) -> None:
    """transformers makes the place first (14 GB for the last one) and compares afterwards."""
    edit(model / "config.json", lambda config: config[part].update(changes))
    error = load_error(model)
    assert isinstance(error, ModelDamaged | ModelOutOfMemory)
    if isinstance(error, ModelDamaged):
        assert error.fields["file"] == "config.json"
        assert "it asks for" in error.message


def test_experts_without_end(model: Path) -> None:
    edit(
        model / "config.json",
        lambda config: config["text_config"].update(model_type="mixtral", num_local_experts=10**7),
    )
    assert "experts" in load_error(model).message


# Chat templates


ESCAPES = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ messages.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__['__builtins__'] }}",
    "{{ raise_exception.__globals__['os'].system('touch MARKER') }}",
    "{% set x = dict.__base__.__subclasses__() %}{{ x }}",
    "{{ (''|attr('__class__')) }}{{ cycler.__init__.__globals__.os.popen('touch MARKER').read() }}",
    "{{ messages[0].content[0].image.save('MARKER') }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os.system('touch MARKER') }}",
)


@pytest.mark.logs("Loading .* failed")
@pytest.mark.parametrize("template", ESCAPES)
def test_a_template_can_not_leave_its_sandbox(model: Path, template: str) -> None:
    marker = model.parent / "was run"
    (model / "chat_template.jinja").write_text(template.replace("MARKER", str(marker)))
    error = load_error(model)
    assert isinstance(error, ModelDamaged)
    assert error.fields["file"] == "chat template"
    assert not marker.exists()


@pytest.mark.logs("Loading .* failed")
@pytest.mark.parametrize(
    "template",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
        "{% for a in range(10000000) %}{% endfor %}",
        "{% for a in range(99999) %}{{ 'a' * 100 }}{% endfor %}",
        "{{ 'a' * 10 ** 15 }}",
        "{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}"
        "{% endfor %}{{ ns.s }}",
    ],
    ids=["loops", "recursion", "range", "length", "product", "doubling"],
)
def test_a_template_without_end_is_ended(
    model: Path, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mmdesk.engine.chat_template.MOST_SECONDS", 1.0)
    (model / "chat_template.jinja").write_text(template)
    assert isinstance(load_error(model), ModelDamaged | ModelOutOfMemory)


def test_a_template_is_watched_in_every_conversation(model: Path, tmp_path: Path) -> None:
    plain = "{% for m in messages %}{{ m.role }}: {{ m.content[0].text }}{% endfor %}"
    trap = "{% if messages | length > 2 %}{{ raise_exception('Only one question!') }}{% endif %}"
    (model / "chat_template.jinja").write_text(plain + trap)
    engine = loads(model)
    with pytest.raises(ChatTemplateFailed, match="Only one question!"):
        ask(engine, talk("Q1", "A1", "Q2"))
    assert ask(engine, talk("Q"), max_tokens=2)[0].usage, "the engine works afterwards"


def test_the_watch_ends_with_the_block() -> None:
    before = sys.gettrace()
    with pytest.raises(ChatTemplateFailed, match="goes on for more than"), template_errors(0.0):
        sum(number for number in range(10))
    assert sys.gettrace() is before
    assert sum(number for number in range(10)) == 45


# Tokenizers


def set_expression(model: Path, expression: str) -> None:
    split: dict[str, object] = {"type": "Split", "behavior": "Isolated", "invert": False}
    split["pattern"] = {"Regex": expression}
    edit(model / "tokenizer.json", lambda content: content.update(pre_tokenizer=split))


@pytest.mark.logs("Loading .* failed")
def test_a_tokenizer_that_gives_up_at_once(model: Path) -> None:
    """The library's panic isn't even an Exception."""
    set_expression(model, "(?:[Helo]|[Hel]|[elo]|[a-z])+$(?=x)|(([Helo]+)+)+z")
    (model / "chat_template.jinja").write_text("{{ 'Hello' * 30 }}{{ messages[0].role }}")
    assert isinstance(load_error(model), ModelDamaged)


def test_a_tokenizer_that_gives_up_over_a_question(model: Path) -> None:
    set_expression(model, "(a|aa)+$")
    engine = loads(model)
    with pytest.raises(ChatTemplateFailed, match="tokenizer gives up"):
        ask(engine, talk("a" * 60 + "!"))
    assert ask(engine, talk("Hi"), max_tokens=2)[0].usage, "the engine works afterwards"
