"""Models that know no chat: one question about a picture, in the form that they were trained on.

=============  ==============================================================================
PaliGemma      task prefixes; https://github.com/google-research/big_vision, paligemma/README
Florence-2     a task's own sentence or a plain question; Xiao et al., 2023, table 13
BLIP-2         "Question: … Answer:"; https://github.com/salesforce/LAVIS, projects/blip2
InstructBLIP   the plain question; Dai et al., 2023
BLIP           captions only
GIT            the plain question, without an end; Wang et al., 2022
=============  ==============================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mmdesk.core.errors import PictureNeeded, TooManyPicturesForModel
from mmdesk.core.messages import Message, Picture, Role
from mmdesk.core.phrases import QT_TRANSLATE_NOOP, Phrase
from mmdesk.engine.control_tokens import broken

_EARLIER_LEFT_OUT = QT_TRANSLATE_NOOP(
    "notes",
    "This model takes one question about a picture at a time: {count} earlier message(s) were "
    "left out.",
)
_NO_INSTRUCTIONS = QT_TRANSLATE_NOOP(
    "notes", "This model takes no instructions: the system prompt was not read."
)
_ONLY_CAPTIONS = QT_TRANSLATE_NOOP(
    "notes", "This model only writes captions: the question itself was not read."
)
_ASKED_AS = QT_TRANSLATE_NOOP("notes", "The model was asked: “{prompt}”.")

_DESCRIPTION = re.compile(
    r"(please )?(describe|caption)( (this|the|that|my))?( (image|picture|photo|scene))?"
    r"( (briefly|in detail|in one sentence))?[.!?]*"
    r"|what(’s|'s| is) (in|on) (this|the|that|my) (image|picture|photo)\?*"
    r"|请?(详细)?描述(一下)?(这张|这幅|这个)?(图片|照片|图|画面)?[。!]*"
    r"|(这张|这幅)?(图片|照片|图)(里|中|上)有什么[?\uff1f]*",
    re.IGNORECASE,
)
_READING = re.compile(
    r"(?:.*\b)?(?:ocr|transcribe|read)\b.*|.*\b(?:text|words?)\b.*\b(?:say|written)\b.*"
    r"|what (?:text|words?)\b.*|.*(?:文字|写着|写了).*",
    re.IGNORECASE | re.DOTALL,
)
_PALIGEMMA_TASK = re.compile(
    r"(cap|caption|describe) [a-z]{2}|ocr|(answer|question) [a-z]{2} .+|(detect|segment) .+",
    re.DOTALL,
)
_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class PromptStyle:
    """How one kind of model is asked.

    Attributes:
        write: Makes the prompt of a question, "" for none; also gets the processor.
        most_pictures: How many pictures one prompt takes, or None where any number.
        marked: Whether the prompt begins with an image token for every picture; elsewhere the
            processor sets them itself.
        complete: Whether the prompt holds all special tokens; elsewhere the tokenizer adds some.
        captions_only: Whether the question doesn't reach the model at all.
        closing: Tokens at the prompt's end that the model leaves out.
    """

    write: Callable[[str, Any], str]
    most_pictures: int | None = 1
    marked: bool = False
    complete: bool = False
    captions_only: bool = False
    closing: int = 0


@dataclass(frozen=True, slots=True)
class StyledPrompt:
    """A prompt without image tokens, and what the person should know about it."""

    text: str
    notes: tuple[Phrase, ...]


def style_of(processor: Any) -> PromptStyle | None:
    """Return how a model is asked, or None for a chat.

    A processor with a chat template of its own wants a chat. The tokenizer's doesn't count: it
    was made for the language model inside and knows no pictures.
    """
    if getattr(processor, "chat_template", None):
        return None
    known = _STYLES.get(type(processor).__name__)
    if known is not None or isinstance(getattr(processor, "image_token", None), str):
        return known
    tokenizer = getattr(processor, "tokenizer", None)
    return None if getattr(tokenizer, "chat_template", None) else PromptStyle(_plain)


def pictures_asked_about(messages: tuple[Message, ...], style: PromptStyle) -> list[Picture]:
    """Return the pictures that the last question is about: those that were shown last.

    Raises:
        PictureNeeded: there are none.
        TooManyPicturesForModel: more than the model takes.
    """
    pictures = next((list(m.pictures) for m in reversed(messages) if m.pictures), [])
    if not pictures:
        raise PictureNeeded
    if style.most_pictures is not None and len(pictures) > style.most_pictures:
        raise TooManyPicturesForModel(pictures=len(pictures), limit=style.most_pictures)
    return pictures


def write_prompt(
    messages: tuple[Message, ...], question: str, style: PromptStyle, processor: Any
) -> StyledPrompt:
    """Return the prompt of the last message.

    Args:
        question: What the last message says, harmless to tokenizer and processor.
    """
    question = question.strip()
    text = style.write(question, processor)
    return StyledPrompt(text, tuple(_notes(messages, question, text, style)))


def _notes(
    messages: tuple[Message, ...], question: str, text: str, style: PromptStyle
) -> Iterable[Phrase]:
    said = [each for each in messages[:-1] if each.role is not Role.SYSTEM]
    if said:
        yield Phrase(_EARLIER_LEFT_OUT, {"count": len(said)})
    if any(each.role is Role.SYSTEM and each.text.strip() for each in messages):
        yield Phrase(_NO_INSTRUCTIONS)
    if question and style.captions_only:
        yield Phrase(_ONLY_CAPTIONS)
    elif question and text and question not in text:
        yield Phrase(_ASKED_AS, {"prompt": text})


def _plain(question: str, processor: Any) -> str:
    del processor
    return question


def _paligemma(question: str, processor: Any) -> str:
    del processor
    language = "zh" if _HAN.search(question) else "en"
    if not question:
        return f"caption {language}"
    if _PALIGEMMA_TASK.fullmatch(question):
        return question
    if _DESCRIPTION.fullmatch(question):
        return f"describe {language}"
    # A line break ends PaliGemma's prefix.
    return f"answer {language} {' '.join(question.split())}"


def _florence(question: str, processor: Any) -> str:
    alone, with_input = processor.task_prompts_without_inputs, processor.task_prompts_with_input
    if question in alone:
        return question
    task = next((task for task in with_input if question.startswith(task)), "")
    rest = question.removeprefix(task)
    for name in (*alone, *with_input):  # the processor would take them for the task
        rest = rest.replace(name, broken(name))
    if not question or _DESCRIPTION.fullmatch(question):
        return "<MORE_DETAILED_CAPTION>"
    if _READING.fullmatch(question) and rest == question:
        return "<OCR>"
    return task + rest


def _blip2(question: str, processor: Any) -> str:
    del processor
    if not question or _DESCRIPTION.fullmatch(question):
        return ""  # it then writes a caption
    return f"Question: {question} Answer:"


def _instructblip(question: str, processor: Any) -> str:
    del processor
    return question or "Write a short description for the image."


def _git(question: str, processor: Any) -> str:
    return f"{processor.tokenizer.cls_token} {question}".strip()


def _caption(question: str, processor: Any) -> str:
    del question, processor
    return ""


_STYLES = {
    "PaliGemmaProcessor": PromptStyle(_paligemma, most_pictures=None, marked=True),
    "Florence2Processor": PromptStyle(_florence),
    "Blip2Processor": PromptStyle(_blip2),
    "InstructBlipProcessor": PromptStyle(_instructblip),
    "GitProcessor": PromptStyle(_git, complete=True),
    "BlipProcessor": PromptStyle(_caption, captions_only=True, closing=1),
}
