"""From a conversation to the inputs of the model, with nothing dropped on the way."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from PIL import Image
from transformers import BatchFeature, PreTrainedTokenizerBase, ProcessorMixin

from mmdesk.core.errors import PicturesNotPlaced, PromptTooLong
from mmdesk.core.messages import (
    ImagePart,
    Message,
    Part,
    Role,
    TextPart,
    TranscriptPart,
    pictures_of,
    user_message,
)
from mmdesk.core.phrases import Phrase
from mmdesk.core.reasoning import OPEN, split_reasoning
from mmdesk.engine.chat_template import (
    DEFAULT_TEMPLATE,
    check_length,
    template_errors,
    template_of,
    tokenizer_panics,
)
from mmdesk.engine.control_tokens import ControlTokens
from mmdesk.engine.outlines import PIXELS
from mmdesk.engine.pictures import PictureReader
from mmdesk.engine.prompt_style import PromptStyle, pictures_asked_about, style_of, write_prompt
from mmdesk.engine.template_probe import arranged, every_role, probe
from mmdesk.engine.tensors import tensor_bytes
from mmdesk.engine.written import as_written, marked, written_answers

LEAST_ANSWER = 16
"""Tokens that a prompt must leave in the context for the answer."""

_EXAMPLE_SIDE = 64

PictureEdit = Callable[[int, Image.Image], Image.Image]
"""Takes a picture's number in the prompt and the picture."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt that fits the model.

    Attributes:
        inputs: Tensors for ``generate``, on the CPU; ``input_ids`` is (1, tokens).
        tokens: Length of the prompt, pictures included.
        room: The longest answer that fits behind it, or None where the model sets no limit.
        notes: What the person should know about what was asked.
        opening: What the template has begun the answer with and belongs to it: ``<think>``.
        closing: Tokens at the end that the model leaves out: the answer's go before them.
        size: Bytes of the inputs with all pixels.
    """

    inputs: BatchFeature
    tokens: int
    room: int | None
    notes: tuple[Phrase, ...] = ()
    opening: str = ""
    closing: int = 0
    size: int = 0


class PromptBuilder:
    """Builds prompts for one model.

    Args:
        processor: The checkpoint's own; it alone decides the resolution of pictures.
        image_token_id: The token that the model replaces by picture features, if it has one.
        context_length: Tokens of prompt and answer together, or None.
        encoder_decoder: Whether prompt and answer each have ``context_length`` to themselves.

    Attributes:
        image_token_id: As given.
        framing: Tokens that stand around turns: an answer with one would begin another turn.
    """

    def __init__(
        self,
        processor: ProcessorMixin,
        image_token_id: int | None,
        context_length: int | None,
        *,
        encoder_decoder: bool = False,
    ) -> None:
        self._processor = processor
        self._encoder_decoder = encoder_decoder
        self._style = style_of(processor)
        self.image_token_id = image_token_id
        self._context_length = context_length
        self._pictures = PictureReader(processor)
        self._tokenizer = tokenizer_of(processor)
        self._image_token = getattr(processor, "image_token", None)
        self._template = template_of(processor)
        self._understood = probe(self._render) if self._style is None else None
        frame = every_role(self._render, self._understood) if self._understood else ""
        added = self._tokenizer.added_tokens_decoder.items()
        self.framing = frozenset(number for number, token in added if token.content in frame)
        self._control_tokens = ControlTokens(processor, self._tokenizer)

    def build(
        self,
        messages: tuple[Message, ...],
        max_tokens: int,
        progress: Callable[[int, int], None],
        longest_side: int | None = None,
        *,
        pixels: bool = True,
        edited: PictureEdit | None = None,
    ) -> Prompt:
        """Build the prompt for the answer to the last of ``messages``.

        Args:
            progress: Called with (pictures read, pictures in all).
            longest_side: Pixels that larger pictures are shrunk to; None is full size.
            pixels: Whether the inputs of a chat have to have them.
            edited: Returns what to put in the place of each picture; of none is then remembered
                what the processor makes of it.

        Raises:
            PromptTooLong: fewer than ``min(LEAST_ANSWER, max_tokens)`` tokens would be left.
            PicturesNotPlaced: the model's template or processor left pictures out.
            ChatTemplateFailed: the template refuses the conversation, or does not end.
            PictureNeeded, TooManyPicturesForModel: the model knows no chat.
            PictureError: a picture's file is gone or broken.
        """
        if self._style is not None:
            return self._ask(messages, self._style, max_tokens, progress, longest_side, edited)
        pictures = pictures_of(messages)
        read = self._pictures.read(pictures, progress, longest_side, pixels=pixels)
        with read as images, without_deprecations(), tokenizer_panics():
            images = _edited(images, edited)
            conversation = self._conversation(messages, images)
            frame = check_length(self._render(marked(conversation)))
            opening = self._checked_opening(frame, len(pictures))
            inputs = self._chat_inputs(messages, conversation, frame)
        size = tensor_bytes(inputs)
        if not pixels:
            inputs = BatchFeature({name: inputs[name] for name in inputs if name not in PIXELS})
        prompt = self._fitting(inputs, len(pictures), max_tokens)
        return replace(prompt, opening=opening, size=size)

    @property
    def chats(self) -> bool:
        """Whether a prompt is a conversation, each turn behind the one before."""
        return self._style is None and not self._encoder_decoder

    def example(self) -> Prompt:
        """Return a short prompt that the model surely takes."""
        if self._style is None:
            return self.build((user_message("Hello"),), 1, lambda done, total: None)
        with Image.new("RGB", (_EXAMPLE_SIDE, _EXAMPLE_SIDE)) as image:
            text = self._style.write("", self._processor)
            inputs = self._styled_inputs(self._style, text, [image])
        return self._fitting(inputs, 1, 1)

    def forget_pictures(self) -> None:
        """Free the memory that earlier pictures take."""
        self._pictures.forget()

    def _chat_inputs(
        self, messages: tuple[Message, ...], conversation: list[dict[str, Any]], frame: str
    ) -> BatchFeature:
        """Return the inputs of a whole conversation, its answers as they were written."""
        inputs: Any = self._processor.apply_chat_template(
            conversation,
            chat_template=self._template,
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            **self._template_variables(),
        )
        return as_written(
            inputs,
            written_answers(messages),
            conversation,
            frame,
            self._render,
            self._tokenizer,
            self.framing,
        )

    def _ask(
        self,
        messages: tuple[Message, ...],
        style: PromptStyle,
        max_tokens: int,
        progress: Callable[[int, int], None],
        longest_side: int | None,
        edited: PictureEdit | None,
    ) -> Prompt:
        """Build the prompt of the last question alone; see :mod:`mmdesk.engine.prompt_style`."""
        pictures = pictures_asked_about(messages, style)
        said = (part for part in messages[-1].parts if not isinstance(part, ImagePart))
        texts = [
            entry["text"] for part in said for entry in self._contents(part, Role.USER, iter(()))
        ]
        written = write_prompt(messages, "\n".join(texts), style, self._processor)
        with self._pictures.read(pictures, progress, longest_side) as images:
            inputs = self._styled_inputs(style, written.text, _edited(images, edited))
        prompt = self._fitting(inputs, len(pictures), max_tokens)
        size = tensor_bytes(inputs)
        return replace(prompt, notes=written.notes, closing=style.closing, size=size)

    def _styled_inputs(
        self, style: PromptStyle, text: str, images: list[Image.Image]
    ) -> BatchFeature:
        marks = str(self._image_token) * len(images) if style.marked else ""
        processor: Any = self._processor
        options = {"add_special_tokens": False} if style.complete else {}
        with without_deprecations(), tokenizer_panics():
            inputs: BatchFeature = processor(
                images=images, text=marks + text, return_tensors="pt", **options
            )
        inputs.pop("labels", None)
        return inputs

    def _fitting(self, inputs: BatchFeature, pictures: int, max_tokens: int) -> Prompt:
        ids = inputs["input_ids"]
        tokens = int(ids.shape[1])
        limit = self._context_length
        if limit is None:
            return Prompt(inputs, tokens, None)
        answer = 0 if self._encoder_decoder else min(LEAST_ANSWER, max_tokens)
        if tokens + answer > limit:
            raise PromptTooLong(
                tokens=tokens,
                limit=limit,
                picture_tokens=self.picture_tokens(ids) if pictures else 0,
                pictures=pictures,
            )
        return Prompt(inputs, tokens, limit if self._encoder_decoder else limit - tokens)

    def picture_tokens(self, ids: Any) -> int:
        """Return how many of a prompt's tokens stand for pictures; 0 where none is reserved."""
        return 0 if self.image_token_id is None else int((ids == self.image_token_id).sum())

    def _conversation(
        self, messages: tuple[Message, ...], images: list[Image.Image]
    ) -> list[dict[str, Any]]:
        """Return the messages as chat templates take them.

        Neighbours of the same role become one message: many templates insist on turns that
        alternate, and a question whose answer never came is followed by the next question.
        """
        remaining = iter(images)
        conversation: list[dict[str, Any]] = []
        for message in messages:
            content = [
                content
                for part in message.parts
                for content in self._contents(part, message.role, remaining)
            ]
            if conversation and conversation[-1]["role"] == message.role.value:
                conversation[-1]["content"] += content
            else:
                conversation.append({"role": message.role.value, "content": content})
        for entry in conversation:  # templates look at the first part of a message
            entry["content"] = entry["content"] or [{"type": "text", "text": ""}]
        assert self._understood is not None
        return arranged(conversation, self._understood)

    def _contents(
        self, part: Part, role: Role, images: Iterator[Image.Image]
    ) -> Iterator[dict[str, Any]]:
        """Yield what the model gets of a part: of a recording nothing, its text is a part too."""
        if isinstance(part, ImagePart):
            yield {"type": "image", "image": next(images)}
        elif isinstance(part, TranscriptPart):
            yield self._text(part.prompt_text)
        elif isinstance(part, TextPart):
            # A thought is the model's own; its templates expect it gone from earlier turns.
            answer = role is Role.ASSISTANT
            yield self._text(split_reasoning(part.text).answer if answer else part.text)

    def _text(self, text: str) -> dict[str, Any]:
        return {"type": "text", "text": self._control_tokens.defuse(text)}

    def _checked_opening(self, frame: str, pictures: int) -> str:
        """Count pictures in what is rendered around the texts: a template may skip some silently.

        Returns:
            The thought's tag, where the template opens one.
        """
        placed = frame.count(self._image_token) if isinstance(self._image_token, str) else pictures
        if placed != pictures:
            raise PicturesNotPlaced(pictures=pictures, placed=placed)
        return f"{OPEN}\n" if frame.rstrip().endswith(OPEN) else ""

    def _render(self, conversation: list[dict[str, Any]]) -> str:
        with template_errors():
            text = self._processor.apply_chat_template(
                conversation,
                chat_template=self._template,
                add_generation_prompt=True,
                tokenize=False,
                **self._template_variables(),
            )
        assert isinstance(text, str)
        return text

    def _template_variables(self) -> dict[str, Any]:
        if self._template == DEFAULT_TEMPLATE:
            return {"image_token": self._image_token or ""}
        return {}


def _edited(images: list[Image.Image], edit: PictureEdit | None) -> list[Image.Image]:
    return images if edit is None else [edit(*each) for each in enumerate(images)]


@contextmanager
def without_deprecations() -> Iterator[None]:
    """Silence numpy over the way in which the processors of GLM and PaliGemma copy tensors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def tokenizer_of(processor: ProcessorMixin) -> PreTrainedTokenizerBase:
    """Return the processor's tokenizer."""
    tokenizer = getattr(processor, "tokenizer", processor)
    assert isinstance(tokenizer, PreTrainedTokenizerBase)
    return tokenizer
