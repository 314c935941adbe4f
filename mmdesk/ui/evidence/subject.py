"""The answer that the evidence panel is about, and the pictures that its model had."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mmdesk.core.conversations import Entry
from mmdesk.core.evidence import Evidence, Pointed, evidence_document
from mmdesk.core.messages import Picture, Role, pictures_of
from mmdesk.core.reasoning import split_reasoning
from mmdesk.core.sight import SeenPicture
from mmdesk.core.values import value
from mmdesk.session.examining import places

_LONGEST_CLAIM = 120
_SENTENCE_ENDS = "。！？\n"
_SPACED_ENDS = (". ", "! ", "? ")


@value
class Subject:
    """An answer and what it is about.

    Attributes:
        entries: The shown path, the answer among them.
        index: The answer's.
        pictures: Of the whole prompt, in order; at least one.
        found: Where it points.
    """

    entries: tuple[Entry, ...]
    index: int
    pictures: tuple[Picture, ...]
    found: Pointed

    @property
    def entry(self) -> Entry:
        """The answer."""
        return self.entries[self.index]

    @property
    def computed(self) -> bool:
        """Whether its tokens are known, so that it can be computed again."""
        run = self.entry.run
        return bool(self.entry.id and run is not None and run.tokens)

    @property
    def first_image(self) -> int:
        """The number of the picture to show first: the one pointed at, meant, or the last."""
        sight = self.entry.run.sight if self.entry.run is not None else None
        for each in self.found.evidence:
            if each.image < len(self.pictures):
                return each.image
        meant = sight.meant if sight is not None else None
        return meant if meant is not None and meant < len(self.pictures) else len(self.pictures) - 1

    def seen(self, image: int) -> SeenPicture | None:
        """Return what the model saw of a picture, where that is known."""
        sight = self.entry.run.sight if self.entry.run is not None else None
        if sight is None or image >= len(sight.pictures):
            return None
        seen = sight.pictures[image]
        return seen if seen.sha256 == self.pictures[image].sha256 else None

    def evidence_on(self, image: int) -> list[tuple[int, Evidence]]:
        """Return the places on a picture, with the number of each in the answer."""
        found = enumerate(self.found.evidence)
        return [(number, each) for number, each in found if each.image == image]

    def image_of(self, numbers: Sequence[int]) -> int | None:
        """Return the picture of the first of some pieces of evidence."""
        for number in numbers:
            if number < len(self.found.evidence):
                image = self.found.evidence[number].image
                return image if image < len(self.pictures) else None
        return None

    @property
    def claim(self) -> str:
        """What may be checked first: what the first place is called, or the first sentence."""
        from mmdesk.core.claims import has_han, with_article  # whose patterns take a while

        for each in self.found.evidence:
            if each.text:
                return each.text if has_han(each.text) else with_article(each.text)
        return first_sentence(split_reasoning(self.entry.message.text).answer)

    def as_json(self) -> str:
        """Return the evidence as ``mmdesk ask --json`` has it."""
        return json.dumps(
            {"evidence": [evidence_document(each) for each in self.found.evidence]},
            ensure_ascii=False,
            indent=2,
        )


def subject_of(entries: Sequence[Entry], index: int) -> Subject | None:
    """Return the subject that an entry is; None for a question, or without a picture before it."""
    entry = entries[index]
    if entry.message.role is not Role.ASSISTANT or not entry.message.text.strip():
        return None
    pictures = tuple(pictures_of(each.message for each in entries[:index]))
    return Subject(tuple(entries), index, pictures, places(entry)) if pictures else None


def last_subject(entries: Sequence[Entry]) -> Subject | None:
    """Return the last answer that had a picture before it."""
    found = (subject_of(entries, index) for index in range(len(entries) - 1, -1, -1))
    return next((each for each in found if each is not None), None)


def subject_with(entries: Sequence[Entry], answer: str) -> Subject | None:
    """Return the answer with an id."""
    for index, entry in enumerate(entries):
        if answer and entry.id == answer:
            return subject_of(entries, index)
    return None


def first_sentence(text: str) -> str:
    """Return the first sentence of an answer on one line, shortened."""
    text = text.strip().lstrip("#*->` ")
    ends = [text.find(mark) for mark in (*_SENTENCE_ENDS, *_SPACED_ENDS)]
    end = min((at for at in ends if at >= 0), default=len(text))
    sentence = " ".join(text[:end].replace("**", "").split()).rstrip(".。!！")
    return sentence if len(sentence) <= _LONGEST_CLAIM else f"{sentence[: _LONGEST_CLAIM - 1]}…"
