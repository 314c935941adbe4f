"""Too little memory, for real: the engine's process may allocate no more than a limit."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from mmdesk.bench.random_models import Sizes, write_checkpoint
from mmdesk.core.conversations import StopReason
from mmdesk.core.errors import AnswerOutOfMemory, MemoryRanOut, QuestionOutOfMemory
from mmdesk.core.events import Event, TextDelta, TurnProgress, TurnStage
from mmdesk.core.messages import Message, Role, TextPart
from mmdesk.core.requests import LoadModel
from mmdesk.engine.memory import allocatable_bytes, limited_to_free_memory
from mmdesk.inference.process import ChildEngine
from mmdesk.models.hardware import free_bytes, is_out_of_memory
from mmdesk.session.threads import spawn
from tests.unit.engine.conftest import PictureMaker
from tests.unit.engine.conversing import ask, streamed, talk

if sys.platform != "linux":
    pytest.skip("limits another process's memory", allow_module_level=True)

import resource

WIDE_TOWER = Sizes(
    hidden=64, inner=256, layers=2, heads=4, kv_heads=2, vocabulary=400,
    vision_hidden=64, vision_inner=4096, vision_layers=1, vision_heads=4, most_pixels=600_000,
)  # fmt: skip
WIDE_TEXT = Sizes(
    hidden=512, inner=8192, layers=1, heads=4, kv_heads=4, vocabulary=400,
    vision_hidden=32, vision_inner=64, vision_layers=1, vision_heads=2, side=56, context=16384,
)  # fmt: skip
CPU = torch.device("cpu")
SMALLER = "the model saw them with at most"


class Limited:
    """An engine in a process whose memory can be limited."""

    def __init__(self, folder: Path) -> None:
        self.pid = 0
        self.engine = ChildEngine(self._spawn, folder / "engine.log")

    def _spawn(self, *arguments: Any, **options: Any) -> Any:
        child = spawn(*arguments, **options)
        self.pid = child.pid
        return child

    def limit(self, megabytes: int) -> None:
        """Let it allocate only so much more."""
        most = resource.prlimit(self.pid, resource.RLIMIT_DATA)[1]
        limit = self._status("VmData:") + megabytes * 2**20
        resource.prlimit(self.pid, resource.RLIMIT_DATA, (limit, most))

    def unlimit(self) -> None:
        most = resource.prlimit(self.pid, resource.RLIMIT_DATA)[1]
        resource.prlimit(self.pid, resource.RLIMIT_DATA, (most, most))

    @property
    def own_bytes(self) -> int:
        """What it holds beside mapped files."""
        return self._status("RssAnon:", "RssShmem:")

    def _status(self, *names: str) -> int:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(names))


def never_end(model: Path) -> None:
    """Have answers go on until they are stopped."""
    path = model / "generation_config.json"
    config = json.loads(path.read_text())
    config["suppress_tokens"] = [config["eos_token_id"]]
    path.write_text(json.dumps(config))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, Sizes], Limited]]:
    """Return a function that loads a model of some sizes, once."""
    made: dict[str, Limited] = {}

    def load(name: str, sizes: Sizes) -> Limited:
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            made[name] = Limited(folder)
            model = write_checkpoint(folder / "model", sizes, dtype=torch.float32)
            if name == "text":
                never_end(model)
            made[name].engine.load(LoadModel(model, threads=1), lambda event: None)
        made[name].unlimit()
        return made[name]

    yield load
    for limited in made.values():
        limited.engine.close()


@pytest.fixture
def tower(loaded: Callable[[str, Sizes], Limited]) -> Limited:
    """A model that needs much memory for large pictures."""
    return loaded("tower", WIDE_TOWER)


@pytest.fixture
def text(loaded: Callable[[str, Sizes], Limited], monkeypatch: pytest.MonkeyPatch) -> Limited:
    """A model that needs much memory for long prompts; its pictures are all of one size.

    Blocks of more than 128 kB are never cut from what glibc has in reserve.
    """
    monkeypatch.setenv("MALLOC_MMAP_THRESHOLD_", str(2**17))
    return loaded("text", WIDE_TEXT)


def test_a_smaller_picture_twenty_times(tower: Limited, picture: PictureMaker) -> None:
    """Said each time, and the memory is as it was."""
    small = talk(("What is this?", (picture("red", (64, 48)),)))
    assert not ask(tower.engine, small, max_tokens=2)[0].notes
    tower.limit(90)
    before = 0
    for number in range(20):
        large = talk(("What is this?", (picture("blue", (900, 675 - number)),)))
        finished, events = ask(tower.engine, large, max_tokens=2)
        assert [str(note) for note in finished.notes if SMALLER in str(note)], number
        assert 448 <= finished.notes[0].fields["pixels"] < 900  # type: ignore[operator]
        assert finished.run is not None
        assert finished.run.sight is None  # the notes tell
        assert finished.text == streamed(events)
        assert finished.usage is not None
        assert finished.usage.completion_tokens == 2
        before = before or tower.own_bytes  # with what is set up for a size once
        assert tower.own_bytes <= before * 1.05, number
    assert not ask(tower.engine, small, max_tokens=2)[0].notes


def test_enough_memory_leaves_the_picture_alone(tower: Limited, picture: PictureMaker) -> None:
    large = talk(("What is this?", (picture("green", (900, 675)),)))
    finished, _ = ask(tower.engine, large, max_tokens=2)
    assert finished.notes == ()
    assert finished.run is not None
    assert finished.run.sight is not None
    assert finished.usage is not None
    assert finished.usage.prompt_tokens > 700


def test_nothing_helps(text: Limited) -> None:
    """The sentence says what is missing; the next answer comes."""
    text.limit(130)
    with pytest.raises(AnswerOutOfMemory, match="not enough memory on CPU to answer") as caught:
        ask(text.engine, talk("word " * 1600))
    fields = caught.value.fields
    assert 0 <= float(str(fields["available"])) <= float(str(fields["needed"]))
    assert isinstance(caught.value, QuestionOutOfMemory)  # there is no smaller model than this
    assert "remove a picture" in caught.value.hint
    assert ask(text.engine, talk("Hello"), max_tokens=2)[0].usage


def test_a_shorter_conversation(text: Limited, picture: PictureMaker) -> None:
    """Pictures of one size are left as they are; the turn with the picture is kept."""
    asked = ("What is this?", (picture("red", (900, 600)),))
    history = ("word " * 500, "Yes. " * 100, "word " * 500, "No.", asked, "A square.", "Sure?")
    text.limit(130)
    finished, _ = ask(text.engine, talk(*history), max_tokens=2)
    assert [str(note) for note in finished.notes] == [
        "There was too little memory for the whole conversation: its 4 oldest message(s) were "
        "left out."
    ]
    assert finished.usage is not None
    alone, _ = ask(text.engine, talk(*history[4:]), max_tokens=2)
    assert alone.usage is not None
    assert finished.usage.prompt_tokens == alone.usage.prompt_tokens
    assert alone.notes == ()


def test_instructions_are_kept(text: Limited) -> None:
    system = Message(Role.SYSTEM, (TextPart("Be brief."),))
    messages = (system, *talk("word " * 900, "Yes.", "And now?"))
    text.limit(130)
    finished, _ = ask(text.engine, messages, max_tokens=2)
    assert finished.notes[0].fields == {"count": 2}
    kept, _ = ask(text.engine, (system, *talk("And now?")), max_tokens=2)
    assert finished.usage.prompt_tokens == kept.usage.prompt_tokens


def test_cancelled_between_two_tries(tower: Limited, picture: PictureMaker) -> None:
    tower.limit(90)
    prefills: list[Event] = []

    def count(event: Event) -> None:
        if isinstance(event, TurnProgress) and event.stage is TurnStage.PREFILL:
            prefills.append(event)

    finished, events = ask(
        tower.engine,
        talk(("What is this?", (picture("teal", (900, 675)),))),
        emit=count,
        cancelled=lambda: len(prefills) >= 1,
        max_tokens=50,
    )
    assert finished.stop_reason is StopReason.CANCELLED
    assert len(prefills) <= 2
    assert finished.text == streamed(events) == ""


def test_memory_that_runs_out_in_the_middle(text: Limited) -> None:
    """What was streamed stands; nothing is said twice."""
    question = talk("word " * 300)
    events: list[Event] = []

    def starve(event: Event) -> None:
        events.append(event)
        if isinstance(event, TextDelta):
            text.limit(-50)

    # Greedily it would repeat the last token for ever.
    sampled: dict[str, Any] = {"temperature": 5.0, "seed": 1}
    with pytest.raises(MemoryRanOut, match="in the middle of the answer"):
        ask(text.engine, question, emit=starve, max_tokens=1500, **sampled)
    said = streamed(events)
    assert said
    text.unlimit()
    tokens = sum(event.tokens for event in events if isinstance(event, TextDelta))
    whole, _ = ask(text.engine, question, max_tokens=tokens, **sampled)
    assert whole.text.startswith(said)


def test_the_limit_is_what_is_free() -> None:
    """An allocation that Linux would promise, and kill for, is refused; nothing is touched."""
    free = free_bytes(CPU)
    almost_all = round(free * 0.985)
    with limited_to_free_memory(CPU):
        assert allocatable_bytes(CPU) < free
        with pytest.raises(RuntimeError) as caught:
            torch.empty(almost_all, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)
    assert torch.empty(almost_all, dtype=torch.uint8).numel() == almost_all


def test_a_lower_limit_stays() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    low = 64 * 2**30
    resource.setrlimit(resource.RLIMIT_DATA, (low, before[1]))
    try:
        with limited_to_free_memory(CPU):
            assert resource.getrlimit(resource.RLIMIT_DATA)[0] <= low
        assert resource.getrlimit(resource.RLIMIT_DATA) == (low, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
