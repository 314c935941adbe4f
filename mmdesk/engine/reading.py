"""How a prompt gets into the model: what it has read before is not read again."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from transformers import BatchFeature, DynamicCache, PreTrainedModel

from mmdesk.core.messages import Picture, user_message
from mmdesk.engine.asking import asking
from mmdesk.engine.features import Features, joined
from mmdesk.engine.kv_cache import cache_bytes, can_cut
from mmdesk.engine.prefix_cache import PrefixCache, Units
from mmdesk.engine.prompt import PromptBuilder
from mmdesk.engine.slices import read_slices
from mmdesk.engine.vision import PictureEncoder

REUSING = frozenset(
    {
        "gemma3", "gemma4", "glm46v", "granite4_vision", "idefics3", "internvl", "kimi_k25",
        "lfm2_vl", "llava", "llava_next", "llava_onevision", "minicpmv4_6", "minicpmv4_7",
        "mistral3", "qwen2_5_vl", "qwen3_5", "qwen3_vl", "smolvlm",
    }
)  # fmt: skip
"""Model types whose answers are the same with and without; a test compares each."""

LOOKING_AHEAD = frozenset({"gemma3", "gemma4"})
"""Those of them in which a picture's tokens look at each other: none is read without the rest."""

_SLICE = {"cpu": 512}
_LARGE_SLICE = 1024
"""Tokens that are read before they are kept: what is stopped within a slice is read again."""

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
class _Seen:
    """A prompt with its pictures.

    Attributes:
        places: Of the tokens that stand for pieces of pictures.
        pieces: What stands in their places, in order.
        counts: How many tokens each piece has.
    """

    units: Units
    places: Places
    pieces: list[_Piece]
    counts: list[int]


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
        kind = model.config.model_type
        self._looks_ahead = kind in LOOKING_AHEAD
        self._kept = PrefixCache(model, size, cuts_pictures=not self._looks_ahead)
        self._reuses = prompts.chats and kind in REUSING

    @property
    def nbytes(self) -> int:
        """What keys and values take."""
        return self._kept.nbytes

    def read(
        self,
        inputs: BatchFeature,
        pictures: Sequence[Picture],
        longest_side: int | None = None,
        *,
        before: int | None = None,
    ) -> Reading:
        """Prepare a prompt; pictures that were read before are not even encoded.

        Args:
            inputs: Of all of it, on the CPU; without pixels where pictures are remembered.
            pictures: Those in it, in order.
            longest_side: As the prompt was built.
            before: Nothing is taken as known from this token's forerunner on, whose logits are
                wanted.

        Raises:
            PictureError: a picture's file is gone or broken.
            PicturesUnsuitable: the tower fails over the shapes of the pictures.
        """
        if not self.remembers(pictures):
            return Reading(self._encoder.encode(inputs))
        seen = self._look(inputs, pictures, longest_side)
        cache = self._kept.take(seen.units[:before])
        arguments = {**self._encoder.without_pixels(inputs), "past_key_values": cache}
        features = self._features(seen, cache.get_seq_length(), len(seen.units))
        if features is not None:
            arguments["mm_encoder_outputs"] = {"image": features.output()}
        return Reading(arguments, seen.units, cache)

    def remembers(self, pictures: Sequence[Picture]) -> bool:
        """Whether prompts with these pictures are remembered; else the pictures alone are."""
        return self._reuses and (not pictures or self._encoder.takes_features)

    def look(self, inputs: BatchFeature, pictures: Sequence[Picture]) -> None:
        """Encode the pictures of a prompt that were never encoded. Raises as :meth:`read`."""
        if self.remembers(pictures):
            self._look(inputs, pictures, None)
        else:
            self._encoder.encode(inputs)

    def prefill(
        self,
        inputs: BatchFeature,
        pictures: Sequence[Picture],
        end: int,
        cancelled: Callable[[], bool],
    ) -> None:
        """Read the first ``end`` tokens of a prompt that :meth:`remembers` its pictures.

        What was read is kept, also where it is ended before. Raises as :meth:`read`, and more.

        Args:
            inputs: Of all of it, on the CPU; longer than ``end``.
            cancelled: Asked before each slice; within one too, where its beginning can be undone.

        Raises:
            Cancelled: Within a slice.
        """
        seen = self._look(inputs, pictures, None)
        if self._kept.known(seen.units[: end + 1]) == end or cancelled():
            return
        taken = self._kept.take_ahead(seen.units[: end + 1])
        if taken is None:
            return
        cache, room = taken
        arguments = {**self._encoder.without_pixels(inputs), "past_key_values": cache}

        def wanted(stop: int) -> bool:
            return _bytes_with(cache, stop) <= room and not cancelled()

        stops = itertools.takewhile(wanted, self._stops(seen.units, cache.get_seq_length(), end))
        try:
            with asking(lambda: can_cut(cache, 0) and cancelled()):
                read_slices(self._model, arguments, stops, partial(self._features, seen))
        finally:
            self._kept.keep(seen.units, cache)

    def keep(self, reading: Reading, answer: Sequence[int]) -> None:
        """Remember a prompt that was read, and what the model has said to it."""
        if reading.units is not None and reading.cache is not None:
            units = np.concatenate([reading.units, np.array(answer, np.int64)])
            self._kept.keep(units, reading.cache)

    def forget(self) -> None:
        """Free the memory."""
        self._encoder.forget()
        self._kept.forget()

    def _look(
        self, inputs: BatchFeature, pictures: Sequence[Picture], longest_side: int | None
    ) -> _Seen:
        units: Units = inputs["input_ids"][0].numpy().astype(np.int64)
        places = np.flatnonzero(units == self._prompts.image_token_id)
        pieces = self._pieces(pictures, longest_side, len(places))
        counts = [self._encoder.count(piece.name, piece.inputs) for piece in pieces]
        numbers = map(_numbers, (piece.name for piece in pieces), counts)
        units[places] = np.concatenate([*numbers, np.empty(0, np.int64)])
        return _Seen(units, places, pieces, counts)

    def _pieces(
        self, pictures: Sequence[Picture], longest_side: int | None, places: int
    ) -> list[_Piece]:
        """Return the pictures one by one, if that gives the prompt's rows; else all in one."""
        alone = [self._piece(longest_side, each) for each in pictures]
        if sum(self._encoder.count(each.name, each.inputs) for each in alone) == places:
            return alone
        # LLaVA-OneVision, for one, cuts a picture into tiles only where there is no other.
        return [self._piece(longest_side, *pictures)]

    def _piece(self, longest_side: int | None, *pictures: Picture) -> _Piece:
        def inputs() -> BatchFeature:
            question = user_message("?", pictures)
            return self._prompts.build((question,), 1, lambda *_: None, longest_side).inputs

        names = "+".join(picture.sha256 for picture in pictures)
        return _Piece(f"{names}@{longest_side}", inputs)

    def _features(self, seen: _Seen, start: int, stop: int) -> Features | None:
        """Return the rows of the tokens from ``start`` up to ``stop``, None if there are none."""
        first, last = np.searchsorted(seen.places, [start, stop])
        ends = itertools.accumulate(seen.counts)
        found = []
        for piece, count, end in zip(seen.pieces, seen.counts, ends, strict=True):
            begin = end - count
            if begin < last and first < end:
                features = self._encoder.features(piece.name, piece.inputs)
                found.append(features.rows(max(0, first - begin), min(count, last - begin)))
        return joined(found) if found else None

    def _stops(self, units: Units, start: int, end: int) -> Iterator[int]:
        """Yield where slices end: between pictures, where none may be read without its rest."""
        size = _SLICE.get(self._model.device.type, _LARGE_SLICE)
        while start < end:
            start = min(start + size, end)
            while self._looks_ahead and units[start - 1] < 0 and units[start] < 0:
                start += 1
            yield start


def _bytes_with(cache: DynamicCache, length: int) -> float:
    """Return what a cache would about take with so many tokens; of an empty one nothing is known.

    Its buffers are made a quarter larger than what they are to hold.
    """
    return 1.25 * cache_bytes(cache) * length / max(1, cache.get_seq_length())


def _numbers(name: str, count: int) -> Units:
    """Return negative numbers for the rows of a picture, another series for each name."""
    digest = hashlib.sha256(name.encode()).digest()
    first = int.from_bytes(digest[:7], "big")
    return -1 - first - np.arange(count, dtype=np.int64)
