"""What a person asks of every answer reaches the model, whatever its template thinks of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from transformers import AutoProcessor

from mmdesk.core.errors import ChatTemplateFailed
from mmdesk.core.messages import Message, Role, TextPart, user_message
from mmdesk.engine import chat_template
from mmdesk.engine.prompt import PromptBuilder
from mmdesk.engine.template_probe import SystemForm, probe
from tests.unit.engine.conftest import PictureMaker
from tests.unit.engine.conversing import talk
from tests.unit.engine.tiny_models import LLAVA_TEMPLATE

GEMMA_2 = """\
{{ bos_token }}{% if messages[0]['role'] == 'system' %}\
{{ raise_exception('System role not supported') }}{% endif %}\
{% for message in messages %}\
{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}\
{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}\
{% endif %}\
{% if (message['role'] == 'assistant') %}{% set role = 'model' %}\
{% else %}{% set role = message['role'] %}{% endif %}\
{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}\
{% endfor %}\
{% if add_generation_prompt %}{{'<start_of_turn>model\\n'}}{% endif %}"""
"""google/gemma-2-2b-it."""

LLAMA_3_2_VISION = """\
{{- bos_token }}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{%- set image_ns = namespace(has_images=false) %}
{%- for message in messages %}
    {%- for content in message['content'] %}
        {%- if content['type'] == 'image' %}
            {%- set image_ns.has_images = true %}
        {%- endif %}
    {%- endfor %}
{%- endfor %}
{%- if image_ns.has_images and not system_message == "" %}
    {{- raise_exception("Prompting with images is incompatible with system messages.") }}
{%- endif %}
{%- if not image_ns.has_images %}
    {{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
    {{- system_message }}
    {{- "<|eot_id|>" }}
{%- endif %}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' }}
    {%- if message['content'] is string %}
        {{- message['content'] }}
    {%- else %}
        {%- for content in message['content'] %}
            {%- if content['type'] == 'image' %}
                {{- '<image>' }}
            {%- elif content['type'] == 'text' %}
                {{- content['text'] }}
            {%- endif %}
        {%- endfor %}
    {%- endif %}
    {{- '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}"""
"""meta-llama/Llama-3.2-11B-Vision-Instruct, without its tools and dates; its own image token."""

MISTRAL_V0_1 = """\
{{ bos_token }}{% for message in messages %}\
{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}\
{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}\
{% endif %}\
{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}\
{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token + ' ' }}\
{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}\
{% endfor %}"""
"""mistralai/Mistral-7B-Instruct-v0.1."""

DROPS = """\
{% for m in messages %}{% if m.role != 'system' %}[{{ m.role }}]\
{% for part in m.content %}\
{% if part.type == 'image' %}<image>{% else %}{{ part.text }}{% endif %}\
{% endfor %}{% endif %}{% endfor %}"""

TAKES_TEXT = """\
{% for m in messages %}[{{ m.role }}]\
{% if m.role == 'system' %}{{ m.content | trim }}{% else %}\
{% for part in m.content %}\
{% if part.type == 'image' %}<image>{% else %}{{ part.text }}{% endif %}\
{% endfor %}{% endif %}{% endfor %}"""

SYSTEM = Message(Role.SYSTEM, (TextPart("Be short. <image> <|user|>"),))
ASKED = "Be short. <image> <|user|>"


@pytest.fixture
def processor(llava: Path) -> Any:
    return AutoProcessor.from_pretrained(llava)


def text_of(processor: Any, messages: tuple[Message, ...]) -> str:
    builder = PromptBuilder(processor, processor.image_token_id, None)
    prompt = builder.build(messages, 100, lambda done, total: None)
    text = str(processor.tokenizer.decode(prompt.inputs["input_ids"][0]))
    return text.replace("<image>" * 16, "<image>").replace("\N{ZERO WIDTH SPACE}", "")


@pytest.mark.parametrize(
    ("template", "rendered"),
    [
        (LLAVA_TEMPLATE, f"<s><|system|>{ASKED}<|end|><|user|>Why?<|end|><|assistant|>"),
        (
            GEMMA_2,
            f"<s><start_of_turn>user\n{ASKED}\n\nWhy?<end_of_turn>\n<start_of_turn>model\n",
        ),
        (MISTRAL_V0_1, f"<s>[INST] {ASKED}\n\nWhy? [/INST]"),
        (DROPS, f"[user]{ASKED}\n\nWhy?"),
        (TAKES_TEXT, f"[system]{ASKED}[user]Why?"),
    ],
    ids=["takes it", "Gemma 2", "Mistral 0.1", "drops it", "takes a string"],
)
def test_a_question(processor: Any, template: str, rendered: str) -> None:
    processor.chat_template = template
    assert text_of(processor, (SYSTEM, *talk("Why?"))) == rendered


@pytest.mark.parametrize("template", [DROPS, LLAMA_3_2_VISION], ids=["drops it", "Llama 3.2"])
def test_behind_the_pictures_of_the_first_question(
    processor: Any, picture: PictureMaker, template: str
) -> None:
    processor.chat_template = template
    shown = (picture("red"), picture("blue"))
    text = text_of(processor, (SYSTEM, *talk(("Why?", shown), "So.", "And?")))
    assert f"<image><image>{ASKED}\n\nWhy?" in text
    assert text.count(ASKED) == 1
    text = text_of(processor, (SYSTEM, *talk("Why?", "So.", ("And?", shown))))
    assert f"{ASKED}\n\nWhy?" in text
    assert "<image><image>And?" in text


def test_a_template_that_refuses_it_beside_a_picture_alone(processor: Any) -> None:
    """One prompt for all turns: otherwise the first picture would change what stood before."""
    processor.chat_template = LLAMA_3_2_VISION
    text = text_of(processor, (SYSTEM, *talk("Why?")))
    assert f"user<|end_header_id|>\n\n{ASKED}\n\nWhy?<|eot_id|>" in text


@pytest.mark.parametrize("template", [GEMMA_2, DROPS, LLAVA_TEMPLATE])
def test_a_first_question_without_a_text(
    processor: Any, picture: PictureMaker, template: str
) -> None:
    processor.chat_template = template
    assert ASKED in text_of(processor, (SYSTEM, user_message("")))
    if template != GEMMA_2:
        shown = text_of(processor, (SYSTEM, user_message("", (picture("red"),))))
        assert ASKED in shown


@pytest.mark.parametrize("template", [GEMMA_2, DROPS])
def test_a_blank_one_leaves_the_question_alone(processor: Any, template: str) -> None:
    processor.chat_template = template
    blank, turns = Message(Role.SYSTEM, (TextPart(" \n"),)), talk("Why?", "So.", "And?")
    assert text_of(processor, (blank, *turns)) == text_of(processor, turns)


def test_none_of_several_is_lost(processor: Any) -> None:
    """An imported conversation may have instructions anywhere."""
    processor.chat_template = GEMMA_2
    later = Message(Role.SYSTEM, (TextPart("Be kind."),))
    said = (Message(Role.ASSISTANT, (TextPart("Hello."),)), later)
    text = text_of(processor, (*talk("Why?"), SYSTEM, *said, *talk("And?")))
    assert f"user\n{ASKED}\n\nBe kind.\n\nAnd?" in text


def test_later_turns_stay_as_they_are(processor: Any) -> None:
    processor.chat_template = GEMMA_2
    turns = talk("Why?", "So.", "And?")
    text = text_of(processor, (SYSTEM, *turns))
    assert text == text_of(processor, turns).replace("user\nWhy?", f"user\n{ASKED}\n\nWhy?")


def test_a_template_that_takes_nothing_is_said() -> None:
    def refuse(conversation: Any) -> str:
        raise ChatTemplateFailed(reason="no")

    with pytest.raises(ChatTemplateFailed):
        probe(refuse)


def test_a_template_without_an_end_for_system_messages(
    processor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_template, "MOST_SECONDS", 0.2)
    endless = "{% for a in range(99999) %}" * 3 + "{% endfor %}" * 3
    processor.chat_template = (
        f"{{% if messages[0].role == 'system' %}}{endless}{{% endif %}}{DROPS}"
    )
    assert text_of(processor, (SYSTEM, *talk("Why?"))) == f"[user]{ASKED}\n\nWhy?"


def test_the_forms() -> None:
    def render(template: str) -> SystemForm:
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        def refuse(reason: str) -> None:
            raise ChatTemplateFailed(reason=reason)

        compiled = ImmutableSandboxedEnvironment().from_string(template)
        return probe(
            lambda conversation: compiled.render(
                messages=conversation, raise_exception=refuse, bos_token=""
            )
        ).system

    found = [render(each) for each in (LLAVA_TEMPLATE, TAKES_TEXT, LLAMA_3_2_VISION, DROPS)]
    question = SystemForm.QUESTION
    assert found == [SystemForm.PARTS, SystemForm.TEXT, question, question]
