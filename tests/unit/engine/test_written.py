"""Earlier answers stand in a prompt as the tokens that the model wrote."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoProcessor

from mmdesk.core.errors import PromptTooLong
from mmdesk.core.messages import Message, assistant_message, user_message
from mmdesk.core.requests import AnswerQuestion, GenerationSettings
from mmdesk.engine.chat_template import DEFAULT_TEMPLATE
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.prompt import PromptBuilder
from tests.unit.engine.conftest import PictureMaker
from tests.unit.engine.conversing import talk
from tests.unit.engine.tiny_models import LLAVA_TEMPLATE, byte_fallback_tokenizer, fast

STRIPPING = LLAVA_TEMPLATE.replace("part.text", "part.text | trim")
SHOUTING = LLAVA_TEMPLATE.replace("part.text", "part.text | upper")
LLAVA_1_5 = """\
{%- for message in messages -%}{{ message.role.upper() + ': ' }}
{%- for part in message.content if part.type == 'image' -%}{{ '<image>\\n' }}{%- endfor -%}
{%- for part in message.content if part.type == 'text' -%}{{ part.text + ' ' }}{%- endfor -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ 'ASSISTANT:' }}{%- endif -%}"""
TEXTS = ("There are three.", "红色 绿色 😀", "a\n\n| a | b |\n", "Yes")


class Builder:
    """Builds prompts with one template, and says what is in them."""

    def __init__(self, path: Path, template: str = LLAVA_TEMPLATE) -> None:
        self.processor: Any = AutoProcessor.from_pretrained(path)
        self.processor.chat_template = template

    @property
    def tokenizer(self) -> Any:
        return self.processor.tokenizer

    def inputs(self, *messages: Message) -> Any:
        builder = PromptBuilder(self.processor, self.processor.image_token_id, None)
        return builder.build(messages, 1, lambda done, total: None).inputs

    def ids(self, *messages: Message) -> list[int]:
        found: list[int] = self.inputs(*messages)["input_ids"][0].tolist()
        return found

    def letters(self, text: str) -> tuple[int, ...]:
        """Return a text's bytes, each a token: never the way in which a tokenizer cuts it."""
        pieces = (self.tokenizer(each, add_special_tokens=False)["input_ids"] for each in text)
        return tuple(token for piece in pieces for token in piece)


def written(text: str, tokens: tuple[int, ...]) -> Message:
    return replace(assistant_message(text), tokens=tokens)


@pytest.fixture
def builder(llava: Path) -> Builder:
    return Builder(llava)


@pytest.mark.parametrize("template", [LLAVA_TEMPLATE, STRIPPING, LLAVA_1_5, DEFAULT_TEMPLATE])
@pytest.mark.parametrize("text", TEXTS)
def test_the_prompt_of_an_answer_and_its_tokens_begin_the_next(
    llava: Path, picture: PictureMaker, template: str, text: str
) -> None:
    builder = Builder(llava, template)
    first = user_message("What is this?", (picture("red"),))
    before, tokens = builder.ids(first), builder.letters(text)
    after = user_message("And this?", (picture("blue", (90, 40)),))
    prompt = builder.ids(first, written(text, tokens), after)
    assert prompt[: len(before) + len(tokens)] == [*before, *tokens]
    plain = builder.ids(first, assistant_message(text), after)
    assert prompt != plain
    read = [builder.tokenizer.decode(each) for each in (prompt, plain)]
    assert "".join(read[0].split()) == "".join(read[1].split())


def test_all_that_there_is_one_of_for_each_token_grows(builder: Builder) -> None:
    said = [builder.letters(text) for text in TEXTS]
    turns = [
        message
        for text, tokens in zip(TEXTS, said, strict=True)
        for message in (user_message("Well?"), written(text, tokens))
    ]
    inputs = builder.inputs(*turns, user_message("And now?"))
    prompt = inputs["input_ids"][0].tolist()
    assert inputs["attention_mask"].shape == inputs["input_ids"].shape
    assert inputs["attention_mask"].all()
    place = 0
    for tokens in said:
        place = next(
            n for n in range(place, len(prompt)) if tuple(prompt[n:])[: len(tokens)] == tokens
        )


def test_a_mask_of_pictures_for_each_token_grows(builder: Builder) -> None:
    """Llama 3.2 Vision's processor gives one; here it is put beside what LLaVA's gives."""
    give = builder.processor.apply_chat_template

    def with_mask(*args: Any, **options: Any) -> Any:
        given = give(*args, **options)
        if options["tokenize"]:
            tokens = given["input_ids"]
            given["cross_attention_mask"] = tokens[..., None, None].repeat(1, 1, 2, 4)
        return given

    builder.processor.apply_chat_template = with_mask
    answer = written("Yes, it is.", builder.letters("Yes, it is."))
    plain = builder.inputs(user_message("Well?"), replace(answer, tokens=()), user_message("Why?"))
    inputs = builder.inputs(user_message("Well?"), answer, user_message("Why?"))
    assert inputs["input_ids"].shape[1] > plain["input_ids"].shape[1]
    assert inputs["cross_attention_mask"].shape == (*inputs["input_ids"].shape, 2, 4)
    last = inputs["cross_attention_mask"][0, -1, 0, 0]
    assert last == inputs["input_ids"][0, -1]


def test_a_sentencepiece_vocabulary(llava: Path) -> None:
    """Its first token has the space before a word in it, which the text of an answer has not."""
    builder = Builder(llava, LLAVA_1_5)
    builder.processor.tokenizer = fast(byte_fallback_tokenizer(), unk_token="<unk>")
    first = user_message("How many triangles are there?")
    before = builder.ids(first)
    tokens = tuple(builder.tokenizer.convert_tokens_to_ids(["▁", *"There", "▁", "<0x78>"]))
    text = builder.tokenizer.decode(tokens)
    assert text == "There x"
    prompt = builder.ids(first, written(text, tokens), user_message("Sure?"))
    assert prompt[: len(before) + len(tokens)] == [*before, *tokens]
    read = builder.tokenizer.decode(prompt)
    assert read == builder.tokenizer.decode(
        builder.ids(first, assistant_message(text), user_message("Sure?"))
    )


@pytest.mark.parametrize("text", ["红", "😀", "Yes 绿"])
def test_an_answer_that_was_stopped_within_a_character(builder: Builder, text: str) -> None:
    first = user_message("?")
    tokens = builder.letters(f"Yes. {text}")[:-1]
    said = builder.tokenizer.decode(tokens).rstrip("\N{REPLACEMENT CHARACTER}")
    assert said.startswith("Yes.")
    prompt = builder.ids(first, written(said, tokens), user_message("Go on."))
    before = builder.ids(first)
    assert prompt[: len(before) + len(tokens)] == [*before, *tokens]


def test_whatever_is_in_doubt_is_cut_anew(builder: Builder, llava: Path) -> None:
    first, after = user_message("Well?"), user_message("Why?")
    tokens = builder.letters("Yes, it is.")

    def unchanged(message: Message, builder: Builder = builder) -> bool:
        plain = replace(message, tokens=())
        return builder.ids(first, message, after) == builder.ids(first, plain, after)

    assert not unchanged(written("Yes, it is.", tokens))
    assert unchanged(written("No, it isn't.", tokens))  # another text
    assert unchanged(written("Yes, it is. ", tokens))
    thought = "<think>\nHm.\n</think>\n\nYes, it is."
    assert unchanged(written(thought, builder.letters(thought)))
    assert unchanged(written("", ()))
    assert unchanged(written("Yes, it is.", tokens), Builder(llava, SHOUTING))
    # Nobody would see that another turn begins.
    for name in ("<|user|>", "<|system|>"):  # the second is nowhere else in the prompt
        mark = builder.tokenizer.convert_tokens_to_ids(name)
        assert unchanged(written("Yes, it is.", (*tokens[:4], mark, *tokens[4:])))
    # Nor that of two answers one follows the other.
    both = (written("Yes, it is.", tokens), assistant_message(" Really."))
    plain = (assistant_message("Yes, it is."), assistant_message(" Really."))
    assert builder.ids(first, *both, after) == builder.ids(first, *plain, after)


def test_the_same_words_elsewhere_stay(builder: Builder) -> None:
    tokens = builder.letters("Yes")
    turns = talk("Yes", "Yes", "Yes", "Yes", "Yes")
    prompt = builder.ids(*turns[:3], replace(turns[3], tokens=tokens), turns[4])
    plain = builder.ids(*turns)
    start = len(builder.ids(*turns[:3]))
    assert prompt[:start] == plain[:start]
    assert tuple(prompt[start : start + 3]) == tokens
    once = builder.tokenizer("Yes", add_special_tokens=False)["input_ids"]
    assert prompt[start + 3 :] == plain[start + len(once) :]


def test_the_length_is_that_of_the_tokens(builder: Builder) -> None:
    text = "There are three. " * 8
    messages = (
        user_message("?"), written(text, builder.letters(text)), user_message("?"),
    )  # fmt: skip
    length = len(builder.ids(*messages))
    assert length > len(builder.ids(*(replace(each, tokens=()) for each in messages)))
    for limit, fits in ((length + 1, True), (length, False)):
        prompts = PromptBuilder(builder.processor, builder.processor.image_token_id, limit)
        if fits:
            prompt = prompts.build(messages, 1, lambda done, total: None)
            assert (prompt.tokens, prompt.room) == (length, 1)
        else:
            with pytest.raises(PromptTooLong) as raised:
                prompts.build(messages, 1, lambda done, total: None)
            assert raised.value.fields["tokens"] == length


@pytest.mark.parametrize("tokens", [(10**9,), (-1,), (5, 400_000)])
def test_what_no_model_can_have_written(engine: LocalChatEngine, tokens: tuple[int, ...]) -> None:
    """Imported conversations may say anything."""
    assert _said(engine, written("Yes.", tokens)) == _said(engine, assistant_message("Yes."))


def test_ends_and_pictures_are_no_part_of_an_answer(engine: LocalChatEngine) -> None:
    assert engine._loaded is not None
    tokenizer: Any = engine._loaded.processor.tokenizer
    yes = tokenizer("Yes.", add_special_tokens=False)["input_ids"]
    for name in ("<|end|>", "<image>"):
        tokens = (*yes, tokenizer.convert_tokens_to_ids(name))
        assert _said(engine, written("Yes.", tokens)) == _said(engine, assistant_message("Yes."))


def _said(engine: LocalChatEngine, answer: Message) -> tuple[int, ...]:
    messages = (user_message("Is it red?"), answer, user_message("Sure?"))
    request = AnswerQuestion("turn", messages, GenerationSettings(max_tokens=6))
    finished = engine.answer(request, lambda event: None, lambda: False)
    assert finished.run is not None
    assert finished.usage is not None
    return (*finished.run.tokens, finished.usage.prompt_tokens)
