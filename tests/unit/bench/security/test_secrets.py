"""The benchmark of secrets, once; and what it would find."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mmdesk.bench.security import secrets
from mmdesk.bench.security.secrets import Hunt

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and modes")


@pytest.mark.timeout(900)
def test_no_canary_is_found() -> None:
    found = {each.figure: each.value for each in secrets.figures()}
    assert found.pop("secrets_in_backups_after_delete") == 1  # as SECURITY.md says
    assert found == {
        "secrets_found_keys": 0,
        "secrets_found_text_in_logs": 0,
        "secrets_found_after_delete_in_database": 0,
        "secrets_found_in_other_exports": 0,
        "secrets_readable_by_others": 0,
    }


def test_what_is_left_somewhere_is_found(tmp_path: Path) -> None:
    hunt = Hunt(tmp_path, 1)
    state = tmp_path / "home" / "state"
    state.mkdir(parents=True, mode=0o700)
    log = state / "mmdesk.log"
    log.write_text(f"asked {hunt.words['question']} with {hunt.words['key']}")
    log.chmod(0o644)
    (tmp_path / "temporary" / f"{hunt.words['picture']}.png").touch()
    (tmp_path / "home").chmod(0o700)
    hunt.look_around()
    assert hunt.found.keys == ["key in home/state/mmdesk.log"]
    assert hunt.found.logs == [
        "question in home/state/mmdesk.log",
        f"picture in temporary/{hunt.words['picture']}.png",
    ]
    assert hunt.found.readable == ["home/state/mmdesk.log is 644"]
    assert hunt.found.wrong == ["there are no crash reports"]


def test_figures_of_a_hunt_that_went_wrong_mean_nothing() -> None:
    figures = list(secrets._figures(secrets.Found(wrong=["x"]), 1))
    assert all(each.value is None for each in figures if each.bar is not None)
