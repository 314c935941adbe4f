"""Folders are private, and those that can't be made are said in a sentence."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from mmdesk import paths
from mmdesk.core.errors import FolderUnusable


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_folders_are_the_persons_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMDESK_HOME", str(tmp_path / "home"))
    for folder in (paths.data_folder(), paths.config_folder(), paths.staging()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_where_a_folder_should_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").write_text("")
    monkeypatch.setenv("MMDESK_HOME", str(tmp_path / "home"))
    with pytest.raises(FolderUnusable) as caught:
        paths.database()
    assert str(tmp_path / "home") in caught.value.message
    assert "MMDESK_HOME" in caught.value.hint


def test_nobodys_home_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert paths.absolute(Path("~nobody-of-that-name/x")) == tmp_path / "~nobody-of-that-name" / "x"


def test_no_home_at_all_makes_no_folder_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MMDESK_HOME", raising=False)
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_a, **_k: Path("~/.local"))
    with pytest.raises(FolderUnusable, match="no home folder"):
        paths.data_folder()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_folders_are_private_whatever_the_umask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "new" / "home"
    monkeypatch.setenv("MMDESK_HOME", str(home))
    before = os.umask(0)
    try:
        folders = [paths.data_folder(), paths.staging(), paths.state_folder()]
    finally:
        os.umask(before)
    for folder in (*folders, home, home.parent, paths.cache_folder()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_a_folder_that_others_can_look_into_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MMDESK_HOME", str(tmp_path))
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o755)
    assert stat.S_IMODE(paths.data_folder().stat().st_mode) == 0o700
