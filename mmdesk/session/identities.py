"""With which model's files an answer was computed: their SHA-256, which takes time to find out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from mmdesk.core.conversations import Entry, Run
from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import ModelIdentified, StoreFailed
from mmdesk.core.models import ModelKey, is_remote
from mmdesk.core.protocols import EventSink
from mmdesk.session.store_thread import StoreThread


class ModelIdentities:
    """The hashes of the models that answer; no answer waits for one.

    Args:
        identify: Has a model's hash found out: ``ModelIdentified`` tells it.
        path_of: Returns where a model of this computer is.
    """

    def __init__(
        self,
        identify: Callable[[ModelKey], None],
        path_of: Callable[[ModelKey], Path],
        store: StoreThread,
        emit: EventSink,
    ) -> None:
        self._identify = identify
        self._path_of = path_of
        self._store = store
        self._emit = emit
        self._known: dict[ModelKey, str] = {}
        self._waiting: dict[ModelKey, list[str]] = {}
        """Answers that were kept before their model's hash was known."""

    def loaded(self, path: Path, keys: set[ModelKey]) -> None:
        """A model was loaded, perhaps with other files than last time.

        Args:
            path: Where it is.
            keys: Those that it may be.
        """
        for key in keys:
            if key and not is_remote(key) and self._path_of(key) == path:
                self._known.pop(key, None)
                self._identify(key)

    def known(self, event: ModelIdentified) -> Collection[str]:
        """Take a hash, and have it added to the answers that wait for it; return their ids."""
        self._known[event.key] = event.sha256
        answers = self._waiting.pop(event.key, [])

        def failed(error: MmdeskError) -> None:
            self._emit(StoreFailed(error))

        if answers:
            self._store.put(
                lambda store: store.identify(answers, event.sha256),
                failed,
                f"identify {answers[0]}",
            )
        return answers

    def identified(self, run: Run) -> Run:
        """Return a run with what is known of its model's files."""
        return run if run.sha256 else replace(run, sha256=self._known.get(run.model, ""))

    def wait_for(self, answer: Entry) -> None:
        """Have the hash added to an answer that is kept without, as soon as it is known."""
        for answers in self._waiting.values():
            if answer.id in answers:  # another model has gone on with it
                answers.remove(answer.id)
        run = answer.run
        if run is None or run.sha256 or not answer.id or not run.model or is_remote(run.model):
            return
        self._waiting.setdefault(run.model, []).append(answer.id)
        self._identify(run.model)

    def same_model(self, run: Run, model: ModelKey) -> bool:
        """Whether, as far as anybody knows, ``model`` still is what ``run`` was computed with."""
        return _may_be(run, model, self._known.get(model, ""))


def same_files(one: Run, other: Run) -> bool:
    """Whether, as far as anybody knows, two answers were computed with the same model."""
    return _may_be(one, other.model, other.sha256)


def _may_be(run: Run, model: ModelKey, sha256: str) -> bool:
    return run.model == model and (not (sha256 and run.sha256) or sha256 == run.sha256)
