"""Earlier answers as the model wrote them: its own tokens in the place of the text's.

A tokenizer cuts a text in one way; a model may have written it in another, and a template may
strip what it is given. From there on, nothing of what the model has read would be found again,
and it would go on from tokens that it never wrote.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from typing import Any

import torch
from transformers import BatchFeature, PreTrainedTokenizerBase

from mmdesk.core.messages import Message, Role

Conversation = list[dict[str, Any]]

_MARK = re.compile("\ue000(\\d+)\ue001")
_BROKEN = "\N{REPLACEMENT CHARACTER}"
_AROUND = 8
"""Tokens on either side of an answer that must read as before."""


@dataclass(frozen=True, slots=True)
class _Text:
    """Where a text of the conversation stands in the rendered prompt.

    Attributes:
        start: Of the text, or of the space before it that a new answer would not begin behind.
        exact: Whether nothing but the text is between start and end, as it was given.
    """

    start: int
    end: int
    exact: bool


@dataclass(frozen=True, slots=True)
class _Cut:
    """A rendered prompt in tokens, without what pictures become.

    Attributes:
        starts, ends: The characters of each token.
        place: Of a token, in the prompt with pictures, where that is known.
        run: Of a token: the tokens around it without an added one between.
    """

    text: str
    ids: list[int]
    starts: list[int]
    ends: list[int]
    place: dict[int, int]
    run: dict[int, range]


@dataclass(frozen=True, slots=True)
class _Splice:
    start: int
    end: int
    tokens: list[int]


def written_answers(messages: Iterable[Message]) -> list[tuple[int, ...]]:
    """Return the tokens of each turn of the model; () for one of several messages."""
    turns = itertools.groupby(messages, key=lambda message: message.role)
    groups = [list(group) for role, group in turns if role is Role.ASSISTANT]
    return [group[0].tokens if len(group) == 1 else () for group in groups]


def marked(conversation: Conversation) -> Conversation:
    """Return a conversation with a mark in the place of each text."""
    numbers = itertools.count()

    def content(given: Any) -> Any:
        if isinstance(given, str):
            return _mark(next(numbers))
        return [
            part if part["type"] == "image" else {"type": "text", "text": _mark(next(numbers))}
            for part in given
        ]

    return [{**message, "content": content(message["content"])} for message in conversation]


def as_written(
    inputs: BatchFeature,
    answers: list[tuple[int, ...]],
    conversation: Conversation,
    frame: str,
    render: Callable[[Conversation], str],
    tokenizer: PreTrainedTokenizerBase,
    framing: Set[int] = frozenset(),
) -> BatchFeature:
    """Return a prompt's inputs with the model's own tokens where an answer is what they read as.

    Whatever is in doubt stays as it is: a template that changes more than the spaces around a
    text, a tokenizer that can't say where its tokens stand, tokens that read otherwise.

    Args:
        inputs: On the CPU.
        answers: See :func:`written_answers`.
        conversation: As the template gets it.
        frame: The conversation rendered as :func:`marked` returns it.
        render: Renders a conversation.
        framing: Tokens that frame turns, besides those that the prompt has.
    """
    if not any(answers) or not tokenizer.is_fast:
        return inputs
    text = render(conversation)
    texts = _texts_in(text, frame, [*_texts(conversation)])
    if texts is None:
        return inputs
    cut = _cut(text, inputs["input_ids"][0].tolist(), tokenizer)
    marks = framing | set(cut.ids).intersection(tokenizer.added_tokens_decoder)
    splices = []
    for (number, said), tokens in zip(_answers(conversation), answers, strict=True):
        # A token that frames turns would begin another one, unseen.
        if tokens and number in texts and marks.isdisjoint(tokens):
            found = _splice(cut, texts[number], said, list(tokens), tokenizer)
            splices += [found] if found is not None else []
    return _spliced(inputs, splices)


def _mark(number: int) -> str:
    return f"\ue000{number}\ue001"


def _texts(conversation: Conversation) -> Iterator[str]:
    for message in conversation:
        content = message["content"]
        if isinstance(content, str):
            yield content
        else:
            yield from (part["text"] for part in content if part["type"] != "image")


def _answers(conversation: Conversation) -> Iterator[tuple[int, str]]:
    """Yield the number of each turn's text, and the text; -1 for a turn of several."""
    number = 0
    for message in conversation:
        said = [*_texts([message])]
        if message["role"] == Role.ASSISTANT.value:
            yield (number, said[0]) if len(said) == 1 else (-1, "")
        number += len(said)


def _texts_in(text: str, frame: str, said: list[str]) -> dict[int, _Text] | None:
    """Find the texts in a rendered conversation; None where it isn't the frame with them in it."""
    before, *rest = _MARK.split(frame)
    if not text.startswith(before):
        return None
    found: dict[int, _Text] = {}
    place, opening = len(before), rest[-1] if rest else ""
    for name, behind in zip(rest[::2], rest[1::2], strict=True):
        given = said[int(name)]
        variants = (given, given.rstrip(), given.lstrip(), given.strip())
        here = next((each for each in variants if text.startswith(each + behind, place)), None)
        if here is None:
            return None
        # A template may give a text a space that it does not end with itself.
        spaced = before.startswith(opening) and before.rstrip() == opening.rstrip()
        space = before.removeprefix(opening) if spaced else ""
        exact = here == given and not space
        found[int(name)] = _Text(place - len(space), place + len(here), exact)
        place, before = place + len(here) + len(behind), behind
    return found if place == len(text) else None


def _cut(text: str, prompt: list[int], tokenizer: PreTrainedTokenizerBase) -> _Cut:
    """Cut a rendered prompt; what pictures put into the real one stands between added tokens."""
    encoding = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ids, offsets = encoding["input_ids"], encoding["offset_mapping"]
    added = set(tokenizer.added_tokens_decoder)
    ours, theirs = _runs(ids, added), _runs(prompt, added)
    place: dict[int, int] = {}
    run: dict[int, range] = {}
    for said, here in ours.items():
        there = theirs.get(said, [])
        if len(here) == len(there):  # else a picture reads so too, or has changed one of them
            for one, other in zip(here, there, strict=True):
                place.update(zip(one, other, strict=True))
                run.update(dict.fromkeys(one, one))
    return _Cut(text, ids, [o[0] for o in offsets], [o[1] for o in offsets], place, run)


def _runs(ids: list[int], added: set[int]) -> dict[tuple[int, ...], list[range]]:
    """Return the places of tokens between added ones, by what they are."""
    runs: dict[tuple[int, ...], list[range]] = defaultdict(list)
    stops = [-1, *(n for n, token in enumerate(ids) if token in added), len(ids)]
    for before, after in itertools.pairwise(stops):
        runs[tuple(ids[before + 1 : after])].append(range(before + 1, after))
    return runs


def _splice(
    cut: _Cut, text: _Text, said: str, tokens: list[int], tokenizer: PreTrainedTokenizerBase
) -> _Splice | None:
    """Return what stands in an answer's place, None where that is in doubt."""
    if _read(tokenizer, tokens).rstrip(_BROKEN) != said.rstrip(_BROKEN):
        return None
    first, end = bisect_right(cut.ends, text.start), bisect_left(cut.starts, text.end)
    last = end - 1
    if first > last or first not in cut.place or last not in cut.place:
        return None
    if cut.place[last] - cut.place[first] != last - first:
        return None
    edges = cut.text[cut.starts[first] : text.start], cut.text[text.end : cut.ends[last]]
    head, tail = (_tokens(tokenizer, edge) for edge in edges)
    left = cut.ids[max(cut.run[first].start, first - _AROUND) : first]
    behind = range(end, min(cut.run[last].stop, end + _AROUND))
    right = [cut.ids[n] for n in behind]
    new = head + tokens + tail
    old = _read(tokenizer, left + cut.ids[first:end] + right)
    now = _read(tokenizer, left + new + right)
    follows = cut.text[text.end : cut.ends[behind[-1] if behind else last]]
    ending = tokens[-_AROUND:]
    if _compared(old, exact=text.exact) != _compared(now, exact=text.exact) or _compared(
        _read(tokenizer, ending + tail + right)
    ) != _compared(_read(tokenizer, ending) + follows):
        return None
    return _Splice(cut.place[first], cut.place[last] + 1, new)


def _tokens(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"]) if text else []


def _read(tokenizer: PreTrainedTokenizerBase, tokens: list[int]) -> str:
    text = tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    assert isinstance(text, str)
    return text


def _compared(text: str, *, exact: bool = True) -> str:
    """Return a text without the characters that a stopped answer breaks, or spaces either."""
    text = text.replace(_BROKEN, "")
    return text if exact else "".join(text.split())


def _spliced(inputs: BatchFeature, splices: list[_Splice]) -> BatchFeature:
    """Return inputs with other tokens; what there is one of for each token is as it was there."""
    shape = inputs["input_ids"].shape
    for splice in reversed(splices):
        for name, value in inputs.items():
            # Llama 3.2 Vision says of each token which pictures it sees: (1, tokens, pictures, …).
            if not isinstance(value, torch.Tensor) or value.shape[:2] != shape:
                continue
            one = value[:, splice.start : splice.start + 1]
            new = one.repeat_interleave(len(splice.tokens), dim=1)
            if name == "input_ids":
                new[0] = torch.tensor(splice.tokens)
            parts = value[:, : splice.start], new, value[:, splice.end :]
            inputs[name] = torch.cat(parts, dim=1)
        shape = inputs["input_ids"].shape
    return inputs
