"""What a question will begin with, read while it is being made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mmdesk.core.messages import Message, TextPart, pictures_of
from mmdesk.engine.asking import Cancelled, asking
from mmdesk.engine.continuing import with_possible_tokens
from mmdesk.engine.loading import LoadedModel
from mmdesk.engine.memory import limited_to_free_memory
from mmdesk.engine.prefix_cache import shared_beginning

_TEXT, _OTHER_TEXT = "What", "图片"
"""Questions whose tokens have nothing in common: what their prompts share is before them."""


def prefill(
    loaded: LoadedModel, messages: tuple[Message, ...], cancelled: Callable[[], bool]
) -> None:
    """Encode the pictures of a conversation, and read it up to the text of its last question.

    What was done is kept, however it ends.

    Args:
        messages: The last one is the question, without its text.
        cancelled: Asked between pictures and slices of the prompt, and within them.

    Raises:
        Cancelled: ``cancelled`` said so before the end.
        MmdeskError, Exception: whatever the question will raise too.
    """

    def look(_done: int = 0, _total: int = 0) -> None:
        if cancelled():
            raise Cancelled

    messages = with_possible_tokens(loaded.model, loaded.processor, messages)
    pictures = pictures_of(messages)
    if not (pictures or loaded.reader.remembers(pictures)):
        return
    with limited_to_free_memory(loaded.placement.device):
        pixels = not loaded.reader.remembers(pictures)
        inputs = loaded.prompts.build(_asked(messages, _TEXT), 1, look, pixels=pixels).inputs
        with asking(cancelled):
            loaded.reader.look(inputs, pictures)
        if not loaded.reader.remembers(pictures):
            return
        other = loaded.prompts.build(_asked(messages, _OTHER_TEXT), 1, look, pixels=False).inputs
        one_way, another = (each["input_ids"][0].numpy() for each in (inputs, other))
        end = shared_beginning(one_way, another, whole=False)
        loaded.reader.prefill(inputs, pictures, end, cancelled)
        for picture in pictures:  # else the answer's end would wait for it
            look()
            loaded.sight.seen(picture)


def _asked(messages: tuple[Message, ...], text: str) -> tuple[Message, ...]:
    *before, last = messages
    return (*before, replace(last, parts=(*last.parts, TextPart(text))))
