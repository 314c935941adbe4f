"""``mmdesk export``, ``import`` and ``restore`` as a person or a script runs them."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mmdesk import cli, paths
from mmdesk.core.conversations import EntryStatus
from mmdesk.core.messages import user_message
from mmdesk.store.backups import BackupFolder
from mmdesk.store.sqlite import SqliteStore
from tests.unit.store.filling import write_answer


@contextmanager
def opened() -> Iterator[SqliteStore]:
    store = SqliteStore(paths.database(), paths.attachments(), paths.backups())
    try:
        yield store
    finally:
        store.close()


@pytest.fixture
def kept() -> dict[str, str]:
    """Keep four conversations; return their ids by title."""
    ids = {}
    with opened() as store:
        for title in ("Cats", "狗", "Old", "Filed"):
            turn = store.begin_turn(
                user_message(title), conversation=None, parent=None, model="starter"
            )
            write_answer(store, turn.answer, f"About {title}.", EntryStatus.FINISHED)
            ids[title] = turn.conversation
        store.alter(ids["Old"], binned=True)
        store.alter(ids["Filed"], folder="Work")
    return ids


def run(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert cli.main(arguments) == status
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return said.out + said.err


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> Any:
    return json.loads(run(capsys, *arguments, "--json", status=status))


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


Capsys = pytest.CaptureFixture[str]


def test_exporting_what_is_named(capsys: Capsys, kept: dict[str, str], tmp_path: Path) -> None:
    def exported(name: str, *arguments: str) -> list[str]:
        report = run_json(capsys, "export", *arguments, "--to", str(tmp_path / name))
        assert report["ok"]
        assert names(tmp_path / name) == sorted(
            Path(each["file"]).name for each in report["exported"]
        )
        return names(tmp_path / name)

    assert exported("all", "--all") == ["Cats.json", "Filed.json", "狗.json"]
    assert exported("folder", "--folder", "Work") == ["Filed.json"]
    assert exported("title", "cats") == ["Cats.json"]
    assert exported("ids", kept["狗"], kept["Old"]) == ["Old.json", "狗.json"]
    assert exported("once", "--all", "Cats") == ["Cats.json", "Filed.json", "狗.json"]
    assert exported("text", "狗", "--markdown") == ["狗.md"]
    assert "About 狗." in (tmp_path / "text" / "狗.md").read_text("utf-8")


def test_exporting_what_is_not_there(capsys: Capsys, kept: dict[str, str], tmp_path: Path) -> None:
    to = ("--to", str(tmp_path / "out"))
    said = run(capsys, "export", "Nobody", "Cats", *to, status=1)
    assert "No conversation is called “Nobody”." in said
    assert names(tmp_path / "out") == ["Cats.json"]
    report = run_json(capsys, "export", "--folder", "None", *to, status=1)
    assert report["errors"][0]["kind"] == "nothing_named"
    (tmp_path / "file").write_text("")
    report = run_json(capsys, "export", "--all", "--to", str(tmp_path / "file"), status=1)
    assert report["error"]["kind"] == "export_unwritable"
    with pytest.raises(SystemExit) as caught:
        cli.main(["export", *to])
    assert caught.value.code == 2


def test_importing_elsewhere_and_twice(
    capsys: Capsys, kept: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = str(tmp_path / "out")
    run(capsys, "export", "--all", "--to", out)
    with opened() as store:
        trees = [store.tree(summary.id) for summary in store.conversations()]
    monkeypatch.setenv("MMDESK_HOME", str(tmp_path / "elsewhere"))
    report = run_json(capsys, "import", out)
    assert (len(report["imported"]), report["present"], report["errors"]) == (3, [], [])
    report = run_json(capsys, "import", out)
    assert (len(report["imported"]), len(report["present"]), report["ok"]) == (0, 3, True)
    assert run(capsys, "import", out).count("already there") == 3
    with opened() as store:
        assert [store.tree(summary.id) for summary in store.conversations()] == trees


def test_what_is_in_the_bin_comes_back(
    capsys: Capsys, kept: dict[str, str], tmp_path: Path
) -> None:
    run(capsys, "export", "Old", "--to", str(tmp_path))
    report = run_json(capsys, "import", str(tmp_path))
    assert [each["id"] for each in report["present"]] == [kept["Old"]]
    with opened() as store:
        assert store.binned() == ()
        assert kept["Old"] in {each.id for each in store.conversations()}


def test_one_bad_file_does_not_hold_up_the_others(capsys: Capsys, tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text("{")
    good = [{"role": "user", "content": "Hi \x1b[31m"}]
    picture = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    good.append({"role": "user", "content": [picture]})  # type: ignore[dict-item]
    (tmp_path / "2.json").write_text(json.dumps(good))
    said = run(capsys, "import", str(tmp_path), str(tmp_path / "none.json"), status=1)
    assert "“1.json” is not JSON." in said
    assert "“none.json” is not there." in said
    assert "imported: Hi" in said
    assert "web addresses" in said
    assert "\x1b" not in said
    with opened() as store:
        assert len(store.conversations()) == 1


def test_restoring(capsys: Capsys, kept: dict[str, str]) -> None:
    assert "no backup yet" in run(capsys, "restore", "--list")
    with contextlib.closing(sqlite3.connect(paths.database())) as connection:
        made = BackupFolder(paths.backups()).back_up(connection, datetime(2026, 3, 1, tzinfo=UTC))
    assert made is not None
    with opened() as store:
        store.begin_turn(user_message("later"), conversation=None, parent=None, model="starter")
    assert f"{made.path.name}  4 conversations" in run(capsys, "restore", "--list")
    (listed,) = run_json(capsys, "restore", "--list")["backups"]
    assert (listed["path"], listed["made"]) == (str(made.path), "2026-03-01T00:00:00+00:00")
    assert listed["conversations"] == 4
    report = run_json(capsys, "restore", listed["name"])
    assert report["restored"] == str(made.path)
    assert report["conversations"] == 4
    assert Path(report["kept"]).is_file()
    with opened() as store:
        assert {each.title for each in store.conversations()} == {"Cats", "狗", "Filed"}
    said = run(capsys, "restore", "latest")
    assert str(made.path) in said
    assert "replaced-" in said
    assert run_json(capsys, "restore", "x", status=1)["error"]["kind"] == "backup_missing"
    for wrong in (["restore"], ["restore", "latest", "--list"]):
        with pytest.raises(SystemExit):
            cli.main(wrong)


def test_while_a_window_is_open(capsys: Capsys, kept: dict[str, str], tmp_path: Path) -> None:
    with opened():
        for command in (
            ("export", "--all", "--to", str(tmp_path / "out")),
            ("import", str(tmp_path)),
            ("restore", "latest"),
        ):
            (tmp_path / "a.json").write_text("[]")
            paths.backups().mkdir(exist_ok=True)
            (paths.backups() / "conversations-20260301T000000Z.sqlite3").write_bytes(b"")
            error = run_json(capsys, *command, status=1)["error"]
            assert error["kind"] == "store_busy"


def test_a_picture_from_another_program_in_a_process_of_its_own(tmp_path: Path) -> None:
    sample = next(path for path in sorted(paths.samples().iterdir()) if path.suffix == ".png")
    (tmp_path / "picture.png").write_bytes(sample.read_bytes())
    content = [
        {"type": "image_url", "image_url": {"url": "picture.png"}},
        {"type": "text", "text": "What is it?"},
    ]
    (tmp_path / "chat.json").write_text(json.dumps([{"role": "user", "content": content}]))
    done = subprocess.run(
        [sys.executable, "-m", "mmdesk", "import", str(tmp_path / "chat.json"), "--json"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stderr == ""
    (imported,) = json.loads(done.stdout)["imported"]
    with opened() as store:
        (entry,) = store.conversation(imported["id"]).entries
        assert entry.message.text == "What is it?"
        assert entry.message.pictures[0].path.is_file()
        assert entry.message.pictures[0].thumbnail.is_file()
