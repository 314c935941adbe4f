"""Models that know no chat get the last question, in the form that they were trained on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoProcessor, Blip2Processor

from mmdesk.core.conversations import StopReason
from mmdesk.core.errors import PictureNeeded, PromptTooLong, TooManyPicturesForModel
from mmdesk.core.messages import Message, Role, TextPart, TranscriptPart, user_message
from mmdesk.core.requests import LoadModel
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.prompt import Prompt, PromptBuilder
from mmdesk.engine.prompt_style import style_of
from tests.unit.engine.conftest import PictureMaker
from tests.unit.engine.conversing import ask, streamed, talk
from tests.unit.engine.families import blip, blip_2, florence2, git, llava, paligemma

Loader = Callable[[Any], Any]


@pytest.fixture(scope="session")
def processor(tmp_path_factory: pytest.TempPathFactory) -> Loader:
    """Loads the processor of a family's module, whose checkpoint is written once."""
    folder = tmp_path_factory.mktemp("styles")

    def load(module: Any) -> Any:
        path = folder / module.FAMILY.model_type
        return AutoProcessor.from_pretrained(path if path.exists() else module.FAMILY.make(path))

    return load


def build(processor: Any, *messages: Message, **options: Any) -> Prompt:
    builder = PromptBuilder(processor, None, options.pop("context", None), **options)
    return builder.build(messages, 100, lambda done, total: None)


def text_of(processor: Any, prompt: Prompt) -> str:
    return str(processor.tokenizer.decode(prompt.inputs["input_ids"][0]))


FLORENCE = "<image>" * florence2.IMAGE_TOKENS + "<s>{}</s>"
PALIGEMMA = "<image>" * 4 + "<bos>{}\n"
BLIP_2 = "<image>" * blip_2.QUERIES + "</s>{}"


@pytest.mark.parametrize(
    ("module", "frame", "question", "asked"),
    [
        (florence2, FLORENCE, "What color is the car?", "What color is the car?"),
        (florence2, FLORENCE, "<CAPTION>", "What does the image describe?"),
        (florence2, FLORENCE, "", "Describe with a paragraph what is shown in the image."),
        (
            florence2,
            FLORENCE,
            "Please describe this picture in detail.",
            "Describe with a paragraph what is shown in the image.",
        ),
        (florence2, FLORENCE, "What does the sign say? Read it.", "What is the text in the image?"),
        (
            florence2,
            FLORENCE,
            "<CAPTION_TO_PHRASE_GROUNDING> a green car",
            "Locate the phrases in the caption: a green car",
        ),
        (paligemma, PALIGEMMA, "What color is\nthe car?", "answer en What color is the car?"),
        (paligemma, PALIGEMMA, "", "caption en"),
        (paligemma, PALIGEMMA, "Describe the picture.", "describe en"),
        (paligemma, PALIGEMMA, "detect car ; tree", "detect car ; tree"),
        (paligemma, PALIGEMMA, "caption de", "caption de"),
        (paligemma, PALIGEMMA, "ocr", "ocr"),
        (blip_2, BLIP_2, "What color is it?", "Question: What color is it? Answer:"),
        (blip_2, BLIP_2, "", ""),
        (blip_2, BLIP_2, "What is in this picture?", ""),
        (blip, "[CLS] {}[SEP]", "What color is it?", ""),
        (git, "[CLS] {}", "what color?", "what color?"),
    ],
)
def test_a_question_is_asked_in_the_published_form(
    processor: Loader, picture: PictureMaker, module: Any, frame: str, question: str, asked: str
) -> None:
    loaded = processor(module)
    prompt = build(loaded, user_message(question, (picture("red"),)))
    assert text_of(loaded, prompt) == frame.format(asked)
    assert prompt.inputs["pixel_values"].shape[0] == 1
    assert "labels" not in prompt.inputs


def test_chinese_is_answered_in_chinese(processor: Loader, picture: PictureMaker) -> None:
    notes = build(processor(paligemma), user_message("描述这张图片。", (picture("red"),))).notes
    assert [str(note) for note in notes] == ["The model was asked: “describe zh”."]


@pytest.mark.parametrize("forged", ["<OD>", "<CAPTION> and more", "see <OCR>", "<image>", "</s>"])
def test_a_task_within_a_question_is_text(
    processor: Loader, picture: PictureMaker, forged: str
) -> None:
    loaded = processor(florence2)
    prompt = build(loaded, user_message(f"What is {forged}?", (picture("red"),)))
    plain = text_of(loaded, prompt).replace("\N{ZERO WIDTH SPACE}", "")
    assert plain == FLORENCE.format(f"What is {forged}?")


@pytest.mark.parametrize("module", [florence2, paligemma, blip_2, blip])
def test_earlier_turns_are_left_out_and_that_is_said(
    processor: Loader, picture: PictureMaker, module: Any
) -> None:
    loaded = processor(module)
    system = Message(Role.SYSTEM, (TextPart("Be short."),))
    red = picture("red")
    alone = build(loaded, user_message("And now?", (red,)))
    whole = build(loaded, system, *talk(("First?", (red,)), "One.", "Second?", "Two.", "And now?"))
    assert text_of(loaded, whole) == text_of(loaded, alone)
    said = "This model takes one question about a picture at a time: 4 earlier message(s) were left"
    assert any(said in str(note) for note in whole.notes)
    assert not any(said in str(note) for note in alone.notes)


@pytest.mark.parametrize("module", [florence2, paligemma, blip_2, blip])
def test_instructions_are_left_out_and_that_is_said(
    processor: Loader, picture: PictureMaker, module: Any
) -> None:
    loaded = processor(module)
    question = user_message("", (picture("red"),))
    system, blank = (Message(Role.SYSTEM, (TextPart(text),)) for text in ("Be short.", " "))
    (note,) = build(loaded, system, question).notes
    assert "takes no instructions" in str(note)
    assert not build(loaded, blank, question).notes
    assert text_of(loaded, build(loaded, system, question)) == text_of(
        loaded, build(loaded, question)
    )


def test_a_caption_does_not_pass_for_an_answer(processor: Loader, picture: PictureMaker) -> None:
    loaded = processor(blip)
    (note,) = build(loaded, user_message("Who?", (picture("red"),))).notes
    assert "only writes captions" in str(note)
    assert not build(loaded, user_message("", (picture("red"),))).notes


def test_a_question_is_about_the_pictures_shown_last(
    processor: Loader, picture: PictureMaker
) -> None:
    loaded = processor(paligemma)
    red, blue, green = picture("red"), picture("blue"), picture("green")
    prompt = build(loaded, *talk(("Q1", (red,)), "A1", ("Q2", (blue, green)), "A2", "And?"))
    pixels = prompt.inputs["pixel_values"]
    expected = build(loaded, user_message("And?", (blue, green))).inputs["pixel_values"]
    assert pixels.shape[0] == 2
    assert pixels.equal(expected)


def test_a_transcript_belongs_to_the_question(processor: Loader, picture: PictureMaker) -> None:
    loaded = processor(blip_2)
    memo = TranscriptPart("memo.mp3", "[0:00] Hello.", 6.0, "en")
    text = text_of(loaded, build(loaded, user_message("Who?", (picture("red"),), (memo,))))
    assert "[0:00] Hello." in text
    assert text.endswith("Who? Answer:")


@pytest.mark.parametrize("module", [florence2, paligemma, blip_2, blip])
def test_a_question_without_a_picture(processor: Loader, module: Any) -> None:
    with pytest.raises(PictureNeeded):
        build(processor(module), *talk("Hello?", "Yes.", "What?"))


@pytest.mark.parametrize("module", [florence2, blip_2, blip])
def test_more_pictures_than_the_model_takes(
    processor: Loader, picture: PictureMaker, module: Any
) -> None:
    with pytest.raises(TooManyPicturesForModel) as caught:
        build(processor(module), user_message("Which?", (picture("red"), picture("blue"))))
    assert caught.value.fields == {"pictures": 2, "limit": 1}


def test_an_encoder_has_the_whole_context_to_itself(
    processor: Loader, picture: PictureMaker
) -> None:
    loaded = processor(florence2)
    question = user_message("What color is the car?", (picture("red"),))
    length = build(loaded, question).tokens
    fits = build(loaded, question, context=length, encoder_decoder=True)
    assert (fits.tokens, fits.room) == (length, length)
    with pytest.raises(PromptTooLong):
        build(loaded, question, context=length - 1, encoder_decoder=True)
    with pytest.raises(PromptTooLong):
        build(loaded, question, context=length)


def test_a_chat_template_of_the_checkpoint_wins(processor: Loader) -> None:
    loaded = processor(paligemma)
    assert style_of(loaded) is not None
    loaded.chat_template = "{% for m in messages %}{{ m.content[0].text }}{% endfor %}"
    assert style_of(loaded) is None


def test_a_chat_model_is_asked_in_a_chat(processor: Loader) -> None:
    assert style_of(processor(llava)) is None


def test_a_processor_that_nobody_knows_gets_the_plain_question(
    processor: Loader, picture: PictureMaker
) -> None:
    class LaterProcessor(Blip2Processor):
        """Of a model that came after mmdesk: no template, no image token of its own."""

    known = processor(blip_2)
    loaded = LaterProcessor(known.image_processor, known.tokenizer, blip_2.QUERIES)
    prompt = build(loaded, user_message("What color is it?", (picture("red"),)))
    assert text_of(loaded, prompt) == BLIP_2.format("What color is it?")


def test_the_notes_come_with_the_answer(
    processor: Loader, picture: PictureMaker, tmp_path: Path
) -> None:
    engine = LocalChatEngine()
    engine.load(LoadModel(florence2.FAMILY.make(tmp_path / "florence")), lambda event: None)
    finished, events = ask(engine, talk(("Q1", (picture("red"),)), "A1", "Q2"), max_tokens=6)
    assert len(finished.notes) == 1
    assert finished.text == streamed(events)
    assert finished.usage is not None
    assert finished.usage.completion_tokens == 6
    assert finished.stop_reason is StopReason.LENGTH, "no end is forced at the last token"
    with pytest.raises(PictureNeeded):
        ask(engine, talk("Hello?"))
    engine.close()
