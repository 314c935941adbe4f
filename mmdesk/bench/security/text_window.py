"""A window that is shown hostile texts, and counts what it does; run by :mod:`.text`.

python -m mmdesk.bench.security.text_window COUNT SEED FOLDER
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip

from mmdesk import app, cli, compose, paths
from mmdesk.archive.files import FileArchives
from mmdesk.bench.durability.contents import Place
from mmdesk.bench.durability.trees import NOW_US
from mmdesk.bench.security.payloads import PNG, SCHEMES, SVG, TXT, Payload, payloads
from mmdesk.bench.security.watching import Navigations, PlantedFiles, Resources, Sockets
from mmdesk.core.archives import ArchiveItem, ExportRequest, ImportRequest
from mmdesk.core.conversations import ConversationTree, Entry, Node, StopReason
from mmdesk.core.errors import EngineEmpty
from mmdesk.core.events import Event, ModelFailed, TurnFinished
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.core.protocols import Engine
from mmdesk.media.reader import LimitedMediaReader
from mmdesk.session.no_engine import NoEngine
from mmdesk.session.threads import spawn
from mmdesk.store.sqlite import SqliteStore
from mmdesk.ui.chat.text_view import TextView

_MOST_CLICKS = 3
"""Links of a text that are clicked."""
_PIECE = 9
"""Characters of a live answer that come at once."""
_PATIENCE_S = 30


def main() -> int:
    """Show all of them and print the counts as JSON."""
    count, seed, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    planted = folder / "planted"
    _plant(planted)
    made = payloads(count, seed, planted)
    compose._engine_maker = lambda engine: _no_engine
    watched = PlantedFiles(planted), Sockets(), Resources()
    changed = _exchange(made, folder)
    measurement = _Shown(made, Navigations(SCHEMES))
    status = app.run(cli.parse([]), on_start=measurement.begin)
    files, sockets, resources = watched
    result = {
        "text_requests": sockets.count + resources.count,
        "text_foreign_reads": files.reads(),
        "text_navigations": measurement.navigations.count,
        "text_changed": changed + measurement.changed,
    }
    assert measurement.shown == count, "not all of them were shown"
    print(json.dumps(result))
    return status


def _no_engine() -> Engine:
    return NoEngine(EngineEmpty())


def _plant(folder: Path) -> None:
    folder.mkdir()
    Image.new("RGB", (8, 8), (200, 0, 0)).save(folder / PNG)
    rectangle = "<rect width='8' height='8'/>"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'>{rectangle}</svg>"
    (folder / SVG).write_text(svg, encoding="utf-8")
    (folder / TXT).write_text("canary", encoding="utf-8")


def _tree(payload: Payload, number: int) -> ConversationTree:
    question = Entry(f"q-{payload.name}", user_message(payload.text))
    answer = Entry(f"a-{payload.name}", assistant_message(payload.text), model="m")
    nodes = Node(question, None, NOW_US + number), Node(answer, question.id, NOW_US + number)
    title, when = " ".join(payload.text.split())[:200], NOW_US + number
    identity = uuid.uuid5(uuid.NAMESPACE_URL, payload.name).hex
    return ConversationTree(identity, title, when, when, leaf=answer.id, nodes=nodes)


def _exchange(made: list[Payload], folder: Path) -> int:
    """Bring the texts into the window's store by an export and an import; return what changed."""
    trees = [_tree(payload, number) for number, payload in enumerate(made)]
    reader = LimitedMediaReader(spawn, folder / "staging")
    first = Place(folder / "first").open()
    second = SqliteStore(paths.database(), paths.attachments(), paths.backups())
    archives = FileArchives(reader)
    written: list[ArchiveItem] = []
    try:
        for tree in trees:
            first.add_tree(tree)
        whole = ExportRequest(folder / "json", everything=True)
        read = ExportRequest(folder / "markdown", everything=True, markdown=True)
        archives.export(whole, lambda job: job(first), _heard)
        archives.export(read, lambda job: job(first), lambda item, *_: written.append(item))
        archives.import_files(ImportRequest((whole.to,)), lambda job: job(second), _heard)
        changed = sum(second.tree(tree.id).nodes != tree.nodes for tree in trees)
    finally:
        reader.close()
        first.close()
        second.close()
    texts = {item.id: item.file.read_text("utf-8") for item in written if item.file is not None}
    return changed + sum(
        texts.get(tree.id, "").count(payload.text.strip("\n")) < 2
        for tree, payload in zip(trees, made, strict=True)
    )


def _heard(item: ArchiveItem, done: int, total: int) -> None:
    """Let a refused one pass: it is missed afterwards."""


class _Shown:
    """Opens every conversation in the window, and does to it what a person might."""

    def __init__(self, made: list[Payload], navigations: Navigations) -> None:
        self.navigations = navigations
        self.shown = self.changed = 0
        self._made = made

    def begin(self, application: app.WindowApplication) -> None:
        """Wait for the window."""
        self._application = application
        self._window = application.window
        self._pane = application.window.chat.pane
        application.window.resize(1280, 800)
        application.pump.add_handler(self._event)

    def _event(self, event: Event) -> None:
        if isinstance(event, ModelFailed):  # there is none; all else is there by now
            QTimer.singleShot(0, self._show_all)

    def _show_all(self) -> None:
        try:
            for number, payload in enumerate(self._made):
                self._show(payload, _tree(payload, number))
                self.shown += 1
            self._hover_list()
        finally:
            self._application.qt.quit()

    def _show(self, payload: Payload, tree: ConversationTree) -> None:
        ids = [node.entry.id for node in tree.nodes]
        self._application.core.session.open_conversation(tree.id)
        self._wait(lambda: [slot.entry.id for slot in self._pane.slots] == ids)
        turn = f"live-{payload.name}"
        self._pane.begin_answer(turn, "Model")
        for start in range(0, len(payload.text), _PIECE):
            self._pane.append_text(turn, payload.text[start : start + _PIECE], 1)
        self._serve()
        stop = StopReason.STOP
        self._pane.finish_answer(turn, TurnFinished(turn, stop, payload.text, None))
        views = [self._pane.view_of(index) for index in range(len(self._pane.slots))]
        self.changed += [view.source() for view in views] != [payload.text] * 3
        for view in views:
            self._pane.ensureWidgetVisible(view)
            view.grab()
            for text in view.findChildren(TextView):
                self._hover_and_click(text)

    def _hover_and_click(self, text: TextView) -> None:
        cursor = QTextCursor(text.document())
        tips: set[str] = set()
        links: dict[str, QPoint] = {}
        while cursor.movePosition(QTextCursor.MoveOperation.NextCharacter):
            form = cursor.charFormat()
            tips.add(form.toolTip())
            if form.isAnchor():
                links.setdefault(form.anchorHref(), text.cursorRect(cursor).center())
        for tip in tips - {""}:
            self._hover(tip)
        for place in list(links.values())[:_MOST_CLICKS]:
            QTest.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=place - QPoint(2, 0))
            self._serve()
            self._window.messages.link_card.leave()

    def _hover_list(self) -> None:
        model = self._window.sidebar.list.model()
        for row in range(model.rowCount(QModelIndex())):
            index = model.index(row, 0, QModelIndex())
            if tip := model.data(index, Qt.ItemDataRole.ToolTipRole):
                self._hover(tip)

    def _hover(self, tip: str) -> None:
        QToolTip.showText(self._window.pos(), tip, self._window)
        self._serve()
        QToolTip.hideText()

    def _wait(self, done: Callable[[], bool]) -> None:
        ends = time.monotonic() + _PATIENCE_S
        while not done():
            assert time.monotonic() < ends, f"conversation {self.shown} was not opened"
            self._serve()
            time.sleep(0.002)
        self._serve()

    def _serve(self) -> None:
        self._application.qt.processEvents()


if __name__ == "__main__":
    sys.exit(main())
