"""No picture is on both sides, and the same ones are held out whatever they are called."""

from __future__ import annotations

from pathlib import Path

from mmdesk.training.own.folder import Entry, Turn
from mmdesk.training.own.held_out import split

TURNS = (Turn("What?", ("This",)),)


def entries_of(*pictures: tuple[str, ...]) -> list[Entry]:
    return [
        Entry(n + 1, tuple(Path(name) for name in names), turns=TURNS)
        for n, names in enumerate(pictures)
    ]


def digests_of(entries: list[Entry]) -> dict[Path, str]:
    return {path: f"digest of {path}" for entry in entries for path in entry.pictures}


def test_a_tenth_is_held_out_and_never_a_picture_of_the_others():
    entries = entries_of(*((str(n % 200),) for n in range(1000)))
    parts = split(entries, digests_of(entries), 0.1)
    apart = {entry.pictures for entry in parts.held_out}
    assert len(apart) == 20
    assert apart.isdisjoint({entry.pictures for entry in parts.training})
    assert len(parts.held_out) == 100
    assert len(parts.training) == 900


def test_pictures_that_are_shown_together_stay_together():
    pairs = [(str(n), str(n + 1)) for n in range(0, 60, 2)]
    chain = [("1", "2"), ("3", "4"), ("58", "57")]
    entries = entries_of(*pairs, *chain, ("0",), ("59",))
    parts = split(entries, digests_of(entries), 0.3)
    one, two = (
        {path for entry in side for path in entry.pictures}
        for side in (parts.training, parts.held_out)
    )
    assert two
    assert one.isdisjoint(two)


def test_names_and_order_change_nothing():
    entries = entries_of(*((str(n),) for n in range(50)))
    other = [Entry(99 - e.line, (Path("x") / e.pictures[0],), turns=TURNS) for e in entries[::-1]]
    digests = digests_of(entries)
    renamed = {Path("x") / path: digest for path, digest in digests.items()}
    one = {digests[entry.pictures[0]] for entry in split(entries, digests, 0.2).held_out}
    two = {renamed[entry.pictures[0]] for entry in split(other, renamed, 0.2).held_out}
    assert one == two


def test_one_at_least_and_never_all():
    entries = entries_of(*((str(n),) for n in range(4)))
    digests = digests_of(entries)
    assert len(split(entries, digests, 0.01).held_out) == 1
    assert len(split(entries, digests, 0.9).held_out) == 3
    assert split(entries, digests, 0).held_out == ()
    one = entries_of(("a",), ("a",))
    assert split(one, digests_of(one), 0.5).held_out == ()
