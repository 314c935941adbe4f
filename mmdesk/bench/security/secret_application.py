"""The whole application below the window, given canaries, and made to fail in every way.

python -m mmdesk.bench.security.secret_application BACKEND HOW FOLDER

The canaries come as JSON on standard input, since command lines can be read by others. It says
``kept yes`` or ``kept no`` for the key, then ``ready``, and goes on with the next line it gets.

BACKEND is "memory", "null" or "fail". HOW it ends is "exception", "signal" or "whole"; with
"whole" it asks, answers and fails before, with the real model.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import keyring
import psutil
from keyring.backend import KeyringBackend
from keyring.backends import fail, null

from mmdesk import compose, paths
from mmdesk.core.conversations import Entry
from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import (
    AttachmentReady,
    AttachmentRefused,
    ConversationsListed,
    Event,
    TurnFailed,
    TurnFinished,
)
from mmdesk.core.messages import AudioPart, Message, Role, TextPart, assistant_message
from mmdesk.core.protocols import ConversationStore
from mmdesk.core.speech import Recording
from mmdesk.logs import open_log
from mmdesk.remote.keys import KeyStore
from mmdesk.session.threads import start_thread
from mmdesk.settings import Settings

ORIGIN = "http://127.0.0.1:9"
"""Nobody listens there."""
_PATIENCE_S = 240.0
_FRAME_S = 0.016


class MemoryKeyring(KeyringBackend):
    """A keyring that keeps its secrets in this process."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._secrets: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """Return a secret."""
        return self._secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""
        self._secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget a secret."""
        self._secrets.pop((service, username), None)


_BACKENDS: dict[str, Callable[[], KeyringBackend]] = {
    "memory": MemoryKeyring,
    "null": null.Keyring,
    "fail": fail.Keyring,
}


class Run:
    """Does what a person might, with the canaries."""

    def __init__(self, words: dict[str, str], folder: Path) -> None:
        self._words = words
        self._folder = folder
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.application = compose.build(self._events.put, Settings())
        self._session = self.application.session

    def run(self) -> None:
        """Ask, answer, attach, fail."""
        self.application.start()
        self._session.start()
        self._until(ConversationsListed)
        self._session.attach([self._folder / f"{self._words['picture']}.png"])
        self._until(AttachmentReady)
        self._ask()
        self._session.attach([self._folder / f"{self._words['damaged']}.png"])
        self._until(AttachmentRefused)
        self._session.new_conversation()
        self._in_store(self._keep_answer)
        self._session.write(self._words["draft"])
        self._session.save_draft()
        self._in_store(self._fail)
        thread = threading.Thread(target=self._fail, args=(None,))
        thread.start()
        thread.join()
        self._crash_engine()
        self._ask()

    def close(self) -> None:
        """End as the window does."""
        self._session.close()
        self.application.close()

    def _ask(self) -> None:
        self._session.submit(f"What is {self._words['question']}?")
        self._until(TurnFinished, TurnFailed)

    def _keep_answer(self, store: ConversationStore) -> None:
        name = f"{self._words['recording']}.wav"
        recording = Recording("0" * 64, self._folder / name, name, 1.0)
        question = Message(Role.USER, (TextPart(self._words["question"]), AudioPart(recording)))
        saved = store.begin_turn(question, conversation=None, parent=None, model="m")
        for length in range(1, 40):  # as it streams
            text = f"{self._words['answer']} " * length * 10
            store.write_answer(Entry(saved.answer, assistant_message(text)))

    def _fail(self, _store: ConversationStore | None) -> None:
        raise RuntimeError(" ".join(self._words.values()))

    def _in_store(self, job: Callable[[ConversationStore], None]) -> None:
        done = threading.Event()
        self.application.store.put(job, lambda error: None)
        self.application.store.put(lambda store: done.set(), lambda error: done.set())
        done.wait(_PATIENCE_S)

    def _crash_engine(self) -> None:
        children = psutil.Process().children()
        largest = max(children, key=lambda each: each.memory_info().rss)
        largest.send_signal(signal.SIGSEGV)

    def _until(self, *kinds: type[object]) -> None:
        """Do what the window does in each frame, until an event of ``kinds`` is shown."""
        end = time.monotonic() + _PATIENCE_S
        found = False
        while not found and time.monotonic() < end:
            time.sleep(_FRAME_S)
            while not self._events.empty():
                shown = self._session.handle(self._events.get())
                found = found or any(isinstance(each, kinds) for each in shown)
            self._session.tick()
        if not found:
            say(f"missing {kinds[0].__name__}")


def say(text: str) -> None:
    """Write a line past every buffer."""
    os.write(1, f"{text}\n".encode())


def _keep_key(key: str) -> None:
    keys = KeyStore(start_thread)
    kept = keys.put(ORIGIN, key)
    say(f"kept {'yes' if kept else 'no'} {'passes' if keys.passes(ORIGIN) else 'stays'}")
    if keys.get(ORIGIN) != key:
        say("missing key")
    try:
        compose.remote_servers().add(f"{ORIGIN}/v1", key, confirmed=True)
        say("missing refusal")
    except MmdeskError as error:
        say(f"refused {type(error).__name__}")


def main() -> None:
    """Run."""
    backend, how, folder = sys.argv[1:]
    words: dict[str, str] = json.loads(sys.stdin.readline())
    keyring.set_keyring(_BACKENDS[backend]())
    open_log(paths.log_file())
    _keep_key(words["key"])
    run = Run(words, Path(folder)) if how == "whole" else None
    if run is not None:
        run.run()
    say("ready")
    sys.stdin.readline()
    if run is not None:
        run.close()
    if how == "signal":
        os.kill(os.getpid(), signal.SIGSEGV)
    raise RuntimeError(" ".join(words.values()))


if __name__ == "__main__":
    main()
