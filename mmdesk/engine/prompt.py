"""From a conversation to the inputs of the model, with nothing dropped on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from PIL import Image
from transformers import BatchFeature, PreTrainedTokenizerBase, ProcessorMixin

from mmdesk.core.errors import PicturesNotPlaced, PromptTooLong
from mmdesk.core.messages import ImagePart, Message, Part, Role, TextPart, TranscriptPart
from mmdesk.core.reasoning import split_reasoning
from mmdesk.engine.pictures import PictureReader

LEAST_ANSWER = 16
"""Tokens that a prompt must leave in the context for the answer."""

_DEFAULT_TEMPLATE = """\
{%- for message in messages -%}
{%- if message.role == 'assistant' %}{{ 'ASSISTANT: ' }}
{%- elif message.role == 'user' %}{{ 'USER: ' }}{% endif -%}
{%- for part in message.content -%}
{%- if part.type == 'image' %}{{ image_token + '\\n' }}{% else %}{{ part.text }}{% endif -%}
{%- endfor -%}
{{ '\\n' }}
{%- endfor -%}
{%- if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif -%}
"""
"""For a checkpoint without a chat template: the plain dialogue of LLaVA (Liu et al., 2023)."""

_TYPE_PROBE = "probe of content"
_ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt that fits the model.

    Attributes:
        inputs: Tensors for ``generate``, on the CPU; ``input_ids`` is (1, tokens).
        tokens: Length of the prompt, pictures included.
        room: The longest answer that fits behind it, or None where the model sets no limit.
    """

    inputs: BatchFeature
    tokens: int
    room: int | None


class PromptBuilder:
    """Builds prompts for one model.

    Args:
        processor: The checkpoint's own; it alone decides the resolution of pictures.
        image_token_id: The token that the model replaces by picture features, if it has one.
        context_length: Tokens of prompt and answer together, or None.
    """

    def __init__(
        self, processor: ProcessorMixin, image_token_id: int | None, context_length: int | None
    ) -> None:
        self._processor = processor
        self._image_token_id = image_token_id
        self._context_length = context_length
        self._pictures = PictureReader(processor)
        self._tokenizer = tokenizer_of(processor)
        self._image_token = getattr(processor, "image_token", None)
        self._template = self._choose_template()
        self._plain_text = self._wants_plain_text()
        self._control_tokens = _control_tokens(processor, self._tokenizer)

    def build(
        self, messages: tuple[Message, ...], max_tokens: int, progress: Callable[[int, int], None]
    ) -> Prompt:
        """Build the prompt for the answer to the last of ``messages``.

        Args:
            progress: Called with (pictures read, pictures in all).

        Raises:
            PromptTooLong: fewer than ``min(LEAST_ANSWER, max_tokens)`` tokens would be left.
            PicturesNotPlaced: the model's template or processor left pictures out.
            PictureError: a picture's file is gone or broken.
        """
        pictures = [picture for message in messages for picture in message.pictures]
        with self._pictures.read(pictures, progress) as images:
            conversation = self._conversation(messages, images)
            self._check_placeholders(conversation, len(pictures))
            inputs: Any = self._processor.apply_chat_template(
                conversation,
                chat_template=self._template,
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
                return_tensors="pt",
                **self._template_variables(),
            )
        return self._fitting(inputs, len(pictures), max_tokens)

    def forget_pictures(self) -> None:
        """Free the memory that earlier pictures take."""
        self._pictures.forget()

    def _fitting(self, inputs: BatchFeature, pictures: int, max_tokens: int) -> Prompt:
        ids = inputs["input_ids"]
        tokens = int(ids.shape[1])
        limit = self._context_length
        if limit is None:
            return Prompt(inputs, tokens, None)
        if tokens + min(LEAST_ANSWER, max_tokens) > limit:
            raise PromptTooLong(
                tokens=tokens,
                limit=limit,
                picture_tokens=int((ids == self._image_token_id).sum()) if pictures else 0,
                pictures=pictures,
            )
        return Prompt(inputs, tokens, limit - tokens)

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
        if self._plain_text:
            self._flatten(conversation)
        return conversation

    def _contents(
        self, part: Part, role: Role, images: Iterator[Image.Image]
    ) -> Iterator[dict[str, Any]]:
        """Yield what the model gets of a part: of a recording nothing, its text is a part too."""
        if isinstance(part, ImagePart):
            yield {"type": "image", "image": next(images)}
        elif isinstance(part, TranscriptPart):
            yield self._text(_transcript(part))
        elif isinstance(part, TextPart):
            # A thought is the model's own; its templates expect it gone from earlier turns.
            answer = role is Role.ASSISTANT
            yield self._text(split_reasoning(part.text).answer if answer else part.text)

    def _text(self, text: str) -> dict[str, Any]:
        # "<image>" or "<|im_end|>" in what a person wrote is text. transformers' own
        # sanitize_control_tokens isn't used: processors with a __call__ of their own (Idefics3)
        # still take a marked "<image>" for a picture.
        return {"type": "text", "text": self._control_tokens.sub(_defused, text)}

    def _flatten(self, conversation: list[dict[str, Any]]) -> None:
        """Give texts alone a plain string; parts with pictures stay parts."""
        for message in conversation:
            if all(part["type"] == "text" for part in message["content"]):
                message["content"] = "\n".join(part["text"] for part in message["content"])

    def _check_placeholders(self, conversation: list[dict[str, Any]], pictures: int) -> None:
        """Render with other texts and count: a template may skip pictures silently."""
        if not isinstance(self._image_token, str):
            return
        bare = [
            {"role": message["role"], "content": _with_text(message["content"], str(number))}
            for number, message in enumerate(conversation)
        ]
        placed = self._render(bare).count(self._image_token)
        if placed != pictures:
            raise PicturesNotPlaced(pictures=pictures, placed=placed)

    def _render(self, conversation: list[dict[str, Any]]) -> str:
        text = self._processor.apply_chat_template(
            conversation,
            chat_template=self._template,
            add_generation_prompt=True,
            tokenize=False,
            **self._template_variables(),
        )
        assert isinstance(text, str)
        return text

    def _choose_template(self) -> str:
        for holder in (self._processor, self._tokenizer):
            template = getattr(holder, "chat_template", None)
            if isinstance(template, dict):
                template = template.get("default") or next(iter(template.values()), None)
            if isinstance(template, str) and template:
                return template
        return _DEFAULT_TEMPLATE

    def _wants_plain_text(self) -> bool:
        """Whether the template prints a list of parts as Python would instead of its text."""
        probe = [{"role": Role.USER.value, "content": [{"type": "text", "text": _TYPE_PROBE}]}]
        rendered = self._render(probe)
        return _TYPE_PROBE not in rendered or "'type'" in rendered

    def _template_variables(self) -> dict[str, Any]:
        if self._template == _DEFAULT_TEMPLATE:
            return {"image_token": self._image_token or ""}
        return {}


def tokenizer_of(processor: ProcessorMixin) -> PreTrainedTokenizerBase:
    """Return the processor's tokenizer."""
    tokenizer = getattr(processor, "tokenizer", processor)
    assert isinstance(tokenizer, PreTrainedTokenizerBase)
    return tokenizer


def _control_tokens(
    processor: ProcessorMixin, tokenizer: PreTrainedTokenizerBase
) -> re.Pattern[str]:
    """Return a pattern for the strings that mean more than text to tokenizer or processor."""
    tokens = {token.content for token in tokenizer.added_tokens_decoder.values() if token.special}
    for kind in ("image", "video", "audio", "boi", "eoi"):
        token = getattr(processor, f"{kind}_token", None)
        tokens |= {token} if isinstance(token, str) else set()
    # A single character can't be broken, and "(?!)" never matches.
    longest_first = sorted((token for token in tokens if len(token) > 1), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or "(?!)")


def _transcript(part: TranscriptPart) -> str:
    """Return a transcript under a line that says what it is, apart from what follows."""
    name = " ".join(part.name.split())
    heading = f"Transcript of “{name}”:" if name else "Transcript:"
    return f"{heading}\n{part.text.strip()}\n\n"


def _defused(match: re.Match[str]) -> str:
    return match.group()[0] + _ZERO_WIDTH_SPACE + match.group()[1:]


def _with_text(content: list[dict[str, Any]] | str, text: str) -> list[dict[str, Any]] | str:
    if isinstance(content, str):
        return text
    return [part if part["type"] == "image" else {"type": "text", "text": text} for part in content]
