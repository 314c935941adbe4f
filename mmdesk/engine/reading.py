"""How a prompt gets into the model: what it has read before is not read again."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from transformers import BatchFeature, DynamicCache, PreTrainedModel

from mmdesk.core.messages import Picture, user_message
from mmdesk.engine.features import Features, joined
from mmdesk.engine.prefix_cache import PrefixCache, Units
from mmdesk.engine.prompt import PromptBuilder
from mmdesk.engine.vision import PictureEncoder

REUSING = frozenset(
    {
        "gemma3", "gemma4", "glm46v", "idefics3", "internvl", "kimi_k25", "lfm2_vl", "llava",
        "llava_next", "llava_onevision", "minicpmv4_6", "minicpmv4_7", "mistral3", "qwen2_5_vl",
        "qwen3_5", "qwen3_vl", "smolvlm",
    }
)  # fmt: skip
"""Model types whose answers are the same with and without; a test compares each."""

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Reading:
    """A prompt on its way.

    Attributes:
        arguments: For ``generate``.
        units: The prompt's; None where nothing of it is remembered.
        cache: Its known beginning; grows while the model reads and writes.
    """

    arguments: dict[str, Any]
    units: Units | None = None
    cache: DynamicCache | None = None

    @property
    def known(self) -> int:
        """How many tokens need not be read."""
        return self.cache.get_seq_length() if self.cache is not None else 0


@dataclass(frozen=True, slots=True)
class _Piece:
    """Pictures that are encoded together: one, wherever that is possible.

    Attributes:
        name: Tells what is in them.
        inputs: Returns a prompt's inputs with them alone.
    """

    name: str
    inputs: Callable[[], BatchFeature]


class PromptReader:
    """Remembers what one model has read: keys and values, and the features of pictures.

    Args:
        model: Reads.
        prompts: Builds its prompts.
        size: Bytes that keys and values may take.
    """

    def __init__(self, model: PreTrainedModel, prompts: PromptBuilder, size: int) -> None:
        self._model = model
        self._prompts = prompts
        self._encoder = PictureEncoder(model)
        self._kept = PrefixCache(model, size)
        self._reuses = prompts.chats and model.config.model_type in REUSING

    @property
    def nbytes(self) -> int:
        """What keys and values take."""
        return self._kept.nbytes

    def read(
        self, inputs: BatchFeature, pictures: Sequence[Picture], longest_side: int | None = None
    ) -> Reading:
        """Prepare a prompt; pictures that were read before are not even encoded.

        Args:
            inputs: Of all of it, on the CPU.
            pictures: Those in it, in order.
            longest_side: As the prompt was built.

        Raises:
            PictureError: a picture's file is gone or broken.
            PicturesUnsuitable: the tower fails over the shapes of the pictures.
        """
        if not self._reuses or (pictures and not self._encoder.takes_features):
            return Reading(self._encoder.encode(inputs))
        units: Units = inputs["input_ids"][0].numpy().astype(np.int64)
        places = np.flatnonzero(units == self._prompts.image_token_id)
        pieces = self._pieces(inputs, pictures, longest_side, len(places))
        counts = [self._encoder.count(piece.name, piece.inputs) for piece in pieces]
        numbers = map(_numbers, (piece.name for piece in pieces), counts)
        units[places] = np.concatenate([*numbers, np.empty(0, np.int64)])
        cache = self._kept.take(units)
        arguments = {**self._encoder.without_pixels(inputs), "past_key_values": cache}
        known = int(np.searchsorted(places, cache.get_seq_length()))
        if known < len(places):
            features = self._features(pieces, counts, known)
            arguments["mm_encoder_outputs"] = {"image": features.output()}
        return Reading(arguments, units, cache)

    def look(self, inputs: BatchFeature, pictures: Sequence[Picture]) -> None:
        """Encode the pictures of a prompt that is still being made. Raises as :meth:`read`."""
        if not self._reuses or not self._encoder.takes_features:
            self._encoder.encode(inputs)
            return
        places = int((inputs["input_ids"] == self._prompts.image_token_id).sum())
        for piece in self._pieces(inputs, pictures, None, places):
            self._encoder.features(piece.name, piece.inputs)

    def keep(self, reading: Reading, answer: Sequence[int]) -> None:
        """Remember a prompt that was read, and what the model has said to it."""
        if reading.units is not None and reading.cache is not None:
            units = np.concatenate([reading.units, np.array(answer, np.int64)])
            self._kept.keep(units, reading.cache)

    def forget(self) -> None:
        """Free the memory."""
        self._encoder.forget()
        self._kept.forget()

    def _pieces(
        self,
        inputs: BatchFeature,
        pictures: Sequence[Picture],
        longest_side: int | None,
        places: int,
    ) -> list[_Piece]:
        """Return the pictures one by one, if that gives the prompt's rows; else all in one."""
        alone = [self._alone(each, longest_side) for each in pictures]
        if sum(self._encoder.count(each.name, each.inputs) for each in alone) == places:
            return alone
        # LLaVA-OneVision, for one, cuts a picture into tiles only where there is no other.
        return [_Piece(f"together {[each.name for each in alone]}", lambda: inputs)]

    def _alone(self, picture: Picture, longest_side: int | None) -> _Piece:
        def inputs() -> BatchFeature:
            question = user_message("?", (picture,))
            return self._prompts.build((question,), 1, lambda *_: None, longest_side).inputs

        return _Piece(f"{picture.sha256}@{longest_side}", inputs)

    def _features(self, pieces: list[_Piece], counts: list[int], known: int) -> Features:
        """Return the rows behind the first ``known`` ones."""
        ends = list(itertools.accumulate(counts))
        found = []
        for piece, count, end in zip(pieces, counts, ends, strict=True):
            if end > known:
                features = self._encoder.features(piece.name, piece.inputs)
                found.append(features.rows(max(0, known - (end - count)), count))
        return joined(found)


def _numbers(name: str, count: int) -> Units:
    """Return negative numbers for the rows of a picture, another series for each name."""
    digest = hashlib.sha256(name.encode()).digest()
    first = int.from_bytes(digest[:7], "big")
    return -1 - first - np.arange(count, dtype=np.int64)
