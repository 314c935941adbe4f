"""The conversations that ``mmdesk bench ui`` opens."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mmdesk.bench.long_conversation import entries, tree
from mmdesk.core.messages import Role
from mmdesk.store.sqlite import SqliteStore


@pytest.mark.parametrize("heavy", [False, True])
def test_it_is_kept_as_it_was_made(tmp_path: Path, heavy: bool) -> None:
    made = entries(tmp_path / "pictures", 21, 7, heavy=heavy)
    assert len(made) == 21
    assert [entry.message.role for entry in made[:2]] == [Role.USER, Role.ASSISTANT]
    assert all(("```python" in entry.message.text) is heavy for entry in made[1::2])
    pictures = [picture for entry in made for picture in entry.message.pictures]
    assert len(pictures) == len({picture.sha256 for picture in pictures}) == 7
    for picture in pictures:
        assert hashlib.sha256(picture.path.read_bytes()).hexdigest() == picture.sha256
    store = SqliteStore(tmp_path / "db.sqlite3", tmp_path / "attachments")
    store.add_tree(tree("long", made))
    shown = store.conversation("long").entries
    store.close()
    assert [entry.message.text for entry in shown] == [entry.message.text for entry in made]
    assert sum(len(entry.message.pictures) for entry in shown) == 7


def test_the_same_seed_makes_the_same_texts(tmp_path: Path) -> None:
    first, second, other = (
        [entry.message.text for entry in entries(tmp_path / "p", 40, 0, heavy=True, seed=seed)]
        for seed in (1, 1, 2)
    )
    assert first == second != other
