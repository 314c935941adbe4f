"""Another model, chosen in the window: from a hub, from a folder, from a server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mmdesk import paths
from tests.end2end.conftest import OpenDesktop
from tests.end2end.desktop import Desktop, wait_for
from tests.end2end.pictures import red_circle
from tests.end2end.test_ask_about_a_picture import ask
from tests.peer import SERVED
from tests.unit.models.hub_server import HubServer, RunningHub

HUB_ID = "maker/Circles-VL"


@pytest.fixture
def hub() -> Iterator[HubServer]:
    """A hub on this computer that has the starter under another name."""
    files = {file.name: file.read_bytes() for file in paths.starter().iterdir() if file.is_file()}
    running = RunningHub(state := HubServer(files, model=HUB_ID))
    yield state
    running.close()


def open_models(desktop: Desktop) -> None:
    """Show the Models page by the menu's last but one entry."""
    desktop.click("modelButton")
    wait_for("the menu", lambda: desktop.look("visible", "modelMenu"))
    desktop.xdotool("key", "Up", "Up", "Return")
    wait_for("the page", lambda: desktop.look("visible", "modelsPage"))


def drop_and_ask(desktop: Desktop, picture: Path, question: str) -> str:
    desktop.drop([picture])
    wait_for("the thumbnail", lambda: desktop.look("visible", "attachmentStrip"))
    desktop.click("composer")
    return ask(desktop, question)


def test_a_picture_question_is_answered_by_a_server(
    open_desktop: OpenDesktop, peer: str, tmp_path: Path
) -> None:
    desktop = open_desktop()
    desktop.wait_ready()
    open_models(desktop)
    wait_for("the list", lambda: desktop.look("visible", "addServer"))
    desktop.click("addServer")
    wait_for("the form", lambda: desktop.look("visible", "serverAddress"))
    desktop.click("serverAddress")
    desktop.type(peer.removeprefix("http://").removesuffix("/v1"))
    desktop.key("Return")
    wait_for("the server", lambda: desktop.look("visible", "servedModel/useModel"))
    desktop.click("servedModel/useModel")
    desktop.key("Escape")
    desktop.wait_text("modelStatus", "Server on this computer")
    answer = drop_and_ask(desktop, red_circle(tmp_path / "c.png"), "What color is the circle?")
    assert "red" in answer.lower()
    assert not desktop.look("visible", "leavesBadge")  # loopback is this computer
    desktop.close()

    again = open_desktop()
    again.wait_text("conversationList", "What color is the circle?")
    x, y = again.look("row", "conversationList", path="1")
    again.xdotool("mousemove", str(x), str(y), "click", "1")
    again.wait_text("modelStatus", "Server on this computer")
    again.click("composer")
    assert "top left" in ask(again, "Where is the circle?").lower()
    assert SERVED.rpartition("/")[2] in again.text("modelButton")


def test_a_model_is_downloaded_and_used(
    open_desktop: OpenDesktop, hub: HubServer, tmp_path: Path, home: Path
) -> None:
    environment = {"HF_ENDPOINT": hub.address, "HF_HUB_CACHE": str(tmp_path / "cache")}
    desktop = open_desktop(environment=environment)
    desktop.wait_ready()
    open_models(desktop)
    wait_for("the list", lambda: desktop.look("visible", "hubId"))
    desktop.click("hubId")
    desktop.type(HUB_ID)
    desktop.key("Return")
    place = home / "data" / "models" / "maker--Circles-VL"
    wait_for("the download", place.is_dir)
    desktop.key("Escape")
    desktop.click("modelButton")
    wait_for("the menu", lambda: desktop.look("visible", "modelMenu"))
    desktop.xdotool("key", "Down", "Down", "Return")
    desktop.wait_text("modelButton", "Circles-VL")
    desktop.wait_ready()
    answer = drop_and_ask(desktop, red_circle(tmp_path / "c.png"), "What color is the circle?")
    assert "red" in answer.lower()


def test_a_folder_is_dropped_and_the_conversation_goes_on(
    open_desktop: OpenDesktop, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(paths.starter(), tmp_path / "Circles-Two"))
    desktop = open_desktop()
    desktop.wait_ready()
    before = desktop.engine().pid
    answer = drop_and_ask(desktop, red_circle(tmp_path / "c.png"), "What color is the circle?")
    assert "red" in answer.lower()
    desktop.drop([folder])
    desktop.wait_text("modelButton", "Circles-Two")
    desktop.click("composer")
    assert "top left" in ask(desktop, "Where is the circle?").lower()
    assert desktop.engine().pid != before  # the old model's process is gone
    shutil.rmtree(folder)
    desktop.close()

    again = open_desktop()
    again.wait_text("conversationList", "What color is the circle?")
    x, y = again.look("row", "conversationList", path="1")
    again.xdotool("mousemove", str(x), str(y), "click", "1")
    again.click("composer")
    again.type("And its shape?")
    again.key("Return")
    again.wait_text("chatPane", "There is no model in")
