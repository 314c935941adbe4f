"""The engine in a process of its own: same answers, and a crash costs one of them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from mmdesk import paths
from mmdesk.core.conversations import StopReason
from mmdesk.core.errors import (
    AnswerOutOfMemory,
    EngineCrashed,
    EngineEmpty,
    ModelDamaged,
    ModelMissing,
    ModelOutOfMemory,
)
from mmdesk.core.events import Event, LoadStage, ModelLoading, TextDelta
from mmdesk.core.examinations import (
    AnswerScored,
    CheckClaim,
    ClaimChecked,
    ExaminationProgressed,
    ExplainAnswer,
    InspectPicture,
    ScoreAnswer,
)
from mmdesk.core.matching import MatchModel, MatchPicture
from mmdesk.core.messages import user_message
from mmdesk.core.protocols import Child
from mmdesk.core.requests import AnswerQuestion, Begun, GenerationSettings, LoadModel, Prefill
from mmdesk.engine.local import LocalChatEngine
from mmdesk.inference.process import ChildEngine
from mmdesk.session.threads import spawn
from tests.unit.engine.conftest import PictureMaker
from tests.unit.engine.conversing import ask, streamed, talk
from tests.unit.engine.tiny_models import make_llava

QUESTION = "What color is the circle? 图片里有什么?"


class Children:
    """Spawns real processes and remembers them."""

    def __init__(self) -> None:
        self.started: list[Child] = []

    def __call__(
        self, name: str, entry: Callable[..., None], *arguments: object, nice: int = 0
    ) -> Child:
        self.started.append(spawn(name, entry, *arguments, nice=nice))
        return self.started[-1]

    @property
    def pid(self) -> int:
        return self.started[-1].pid


@pytest.fixture(scope="module")
def children() -> Children:
    return Children()


@pytest.fixture(scope="module")
def log_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs") / "engine.log"


@pytest.fixture(scope="module")
def shared(children: Children, log_path: Path) -> Iterator[ChildEngine]:
    """One child for many tests; it survives what they do to it."""
    engine = ChildEngine(children, log_path)
    yield engine
    engine.close()


@pytest.fixture
def child_engine(shared: ChildEngine, llava: Path) -> ChildEngine:
    shared.load(LoadModel(llava), lambda event: None)
    return shared


def nothing(event: Event) -> None:
    del event


def never() -> bool:
    return False


def test_the_same_tokens_as_in_process(
    child_engine: ChildEngine, engine: LocalChatEngine, picture: PictureMaker
) -> None:
    messages = talk((QUESTION, (picture("red"), picture("blue"))), "Red.", "And then?")
    here, _ = ask(engine, messages, max_tokens=50)
    there, events = ask(child_engine, messages, max_tokens=50)
    assert there.text == here.text == streamed(events)
    here, _ = ask(engine, messages, max_tokens=50, temperature=1.2, seed=5)
    there, _ = ask(child_engine, messages, max_tokens=50, temperature=1.2, seed=5)
    assert there.text == here.text
    assert there.run == here.run is not None


def test_a_stopped_answer_goes_on_in_another_process(
    child_engine: ChildEngine, engine: LocalChatEngine, picture: PictureMaker
) -> None:
    messages = talk((QUESTION, (picture("red"),)))
    whole, _ = ask(engine, messages, max_tokens=50)
    first, _ = ask(engine, messages, max_tokens=20)
    assert first.run is not None
    assert whole.run is not None
    settings = GenerationSettings(max_tokens=30)
    begun = Begun(first.text, first.run.tokens)
    request = AnswerQuestion("turn", messages, settings, begun=begun)
    more = child_engine.answer(request, nothing, lambda: False)
    assert first.text + more.text == whole.text
    assert more.run is not None
    assert more.run.tokens == whole.run.tokens


def test_loading_reports_from_the_first_moment(shared: ChildEngine, llava: Path) -> None:
    events: list[Event] = []
    info = shared.load(LoadModel(llava), events.append)
    stages = [event.stage for event in events if isinstance(event, ModelLoading)]
    assert list(dict.fromkeys(stages)) == list(LoadStage)
    assert info.name == "tiny-llava"


def test_errors_cross_as_they_are(child_engine: ChildEngine, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing) as caught:
        child_engine.load(LoadModel(tmp_path / "nowhere"), nothing)
    assert caught.value.fields["path"] == str(tmp_path / "nowhere")
    with pytest.raises(EngineEmpty):
        ask(child_engine, talk("Hi"))


def test_cancel_reaches_the_child(child_engine: ChildEngine) -> None:
    seen: list[Event] = []
    finished, events = ask(
        child_engine,
        talk(QUESTION),
        max_tokens=1900,
        emit=seen.append,
        cancelled=lambda: any(isinstance(event, TextDelta) for event in seen),
    )
    assert finished.stop_reason is StopReason.CANCELLED
    assert finished.text == streamed(events)
    assert finished.usage is not None
    assert finished.usage.completion_tokens < 1000
    again, _ = ask(child_engine, talk(QUESTION), max_tokens=30)
    assert again.stop_reason is StopReason.LENGTH, "an old cancel stops no later answer"


def test_a_question_is_read_ahead_in_the_child_until_something_else_is_to_be_done(
    child_engine: ChildEngine, engine: LocalChatEngine, picture: PictureMaker
) -> None:
    red = (picture("red"),)
    begun = Prefill((*talk(QUESTION, "word " * 300), user_message("", red)))
    messages = talk(QUESTION, "word " * 300, ("And here?", red))
    expected, _ = ask(engine, messages, max_tokens=30)
    child_engine.prefill(begun, lambda: True)
    child_engine.prefill(begun, lambda: False)
    finished, _ = ask(child_engine, messages, max_tokens=30)
    assert finished.text == expected.text
    child_engine.prefill(Prefill(()), lambda: False)


def test_closer_looks_cross_as_they_are_and_can_be_ended(
    child_engine: ChildEngine, engine: LocalChatEngine, picture: PictureMaker
) -> None:
    red = picture("red")
    messages = talk(("What?", (red,)))
    finished, _ = ask(engine, messages, max_tokens=4)
    assert finished.run is not None
    tokens = finished.run.tokens
    look = InspectPicture("i", red)
    seen = engine.examine(look, nothing, never)
    assert child_engine.examine(look, nothing, never) == seen
    score = ScoreAnswer("s", messages, tokens)
    here, there = (each.examine(score, nothing, never) for each in (engine, child_engine))
    assert isinstance(here, AnswerScored)
    assert isinstance(there, AnswerScored)
    for one, other in zip(here.tokens, there.tokens, strict=True):
        assert (one.start, one.end) == (other.start, other.end)
        # Another number of threads sums up in another order.
        assert one.probability == pytest.approx(other.probability, rel=0.1)
    told: list[Event] = []
    why = ExplainAnswer("e", messages, tokens)
    assert child_engine.examine(why, told.append, lambda: bool(told)) is None
    assert isinstance(told[0], ExaminationProgressed)


def test_pictures_are_compared_with_texts_beside_the_chat_model(
    child_engine: ChildEngine, picture: PictureMaker
) -> None:
    texts = ("a photo of a red square", "a photo of a blue star")
    match = MatchPicture(picture("red"), texts, MatchModel(paths.starter_clip()))
    found = child_engine.examine(CheckClaim("c", match), nothing, never)
    assert isinstance(found, ClaimChecked)
    assert sum(each.probability for each in found.matches.matches) == pytest.approx(1)
    assert found.matches.matches[0].probability > 0.5
    finished, _ = ask(child_engine, talk(QUESTION), max_tokens=5)
    assert finished.text


def test_killed_in_the_middle_of_an_answer(
    child_engine: ChildEngine, children: Children, llava: Path
) -> None:
    expected, _ = ask(child_engine, talk(QUESTION), max_tokens=30)
    kept: list[Event] = []

    def kill_at_first_text(event: Event) -> None:
        kept.append(event)
        if isinstance(event, TextDelta):
            os.kill(children.pid, signal.SIGKILL)

    with pytest.raises(EngineCrashed) as caught:
        ask(child_engine, talk(QUESTION), max_tokens=1900, emit=kill_at_first_text)
    assert caught.value.fields["reason"] == "killed by SIGKILL"
    assert streamed(kept)
    killed = children.pid
    child_engine.load(LoadModel(llava), nothing)
    assert children.pid != killed
    assert ask(child_engine, talk(QUESTION), max_tokens=30)[0].text == expected.text


def test_one_that_hangs_is_ended_once_it_should_have_stopped(tmp_path: Path, llava: Path) -> None:
    children = Children()
    engine = ChildEngine(children, tmp_path / "engine.log", patience_s=0.3)
    engine.load(LoadModel(llava), nothing)
    seen: list[Event] = []

    def hang(event: Event) -> None:
        seen.append(event)
        if isinstance(event, TextDelta):
            os.kill(children.pid, signal.SIGSTOP)

    try:
        with pytest.raises(EngineCrashed, match="does not answer"):
            ask(
                engine,
                talk(QUESTION),
                max_tokens=1900,
                emit=hang,
                cancelled=lambda: any(isinstance(event, TextDelta) for event in seen),
            )
        assert streamed(seen)
        engine.load(LoadModel(llava), nothing)
        assert ask(engine, talk(QUESTION), max_tokens=2)[0].text
    finally:
        engine.close()


def limit_memory(pid: int, megabytes: int) -> None:
    """Let a process allocate only so much more."""
    import resource

    used = psutil.Process(pid).memory_info().vms
    _, most = resource.prlimit(pid, resource.RLIMIT_AS)
    resource.prlimit(pid, resource.RLIMIT_AS, (used + megabytes * 2**20, most))


@pytest.mark.skipif(sys.platform != "linux", reason="limits another process's memory")
def test_out_of_memory_costs_one_answer_or_load(
    child_engine: ChildEngine, children: Children, llava: Path, tmp_path: Path
) -> None:
    model = make_llava(tmp_path / "wide", intermediate=2**16, context=2**15)

    def limit_before_the_weights(event: Event) -> None:
        if event == ModelLoading(LoadStage.PROCESSOR):
            limit_memory(children.pid, 80)

    with pytest.raises(ModelOutOfMemory) as refused:
        child_engine.load(LoadModel(model), limit_before_the_weights)
    assert refused.value.fields["path"] == str(model)
    child_engine.load(LoadModel(model), nothing)
    limit_memory(children.pid, 300)
    with pytest.raises(AnswerOutOfMemory) as caught:
        ask(child_engine, talk("word " * 3000), max_tokens=4)
    assert caught.value.fields["device"] == "CPU"
    for _ in range(3):  # and the memory is free again
        assert ask(child_engine, talk("word " * 50), max_tokens=4)[0].usage


def test_another_model_gets_a_process_of_its_own(
    child_engine: ChildEngine, children: Children, llava: Path, tmp_path: Path
) -> None:
    child_engine.load(LoadModel(llava), nothing)
    old = children.pid
    child_engine.load(LoadModel(make_llava(tmp_path / "other", seed=7)), nothing)
    assert children.pid != old
    assert not psutil.pid_exists(old)  # and with it all of its memory
    assert ask(child_engine, talk(QUESTION))[0].text


def test_the_log_has_what_went_wrong(
    shared: ChildEngine, llava: Path, log_path: Path, tmp_path: Path
) -> None:
    model = Path(shutil.copytree(llava, tmp_path / "model"))
    (model / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelDamaged):
        shared.load(LoadModel(model), nothing)
    assert f"Loading {model} failed" in log_path.read_text()
    assert "Traceback" in log_path.read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGKILL")
def test_no_child_outlives_the_application(tmp_path: Path) -> None:
    program = f"""
    import time
    from pathlib import Path
    from mmdesk.core.errors import ModelMissing
    from mmdesk.core.requests import AnswerQuestion, Begun, GenerationSettings, LoadModel, Prefill
    from mmdesk.inference.process import ChildEngine
    from mmdesk.session.threads import spawn

    def remember(*arguments, **options):
        child = spawn(*arguments, **options)
        print(child.pid, flush=True)
        return child

    if __name__ == "__main__":
        engine = ChildEngine(remember, Path({str(tmp_path / "log")!r}))
        try:
            engine.load(LoadModel(Path("nowhere")), lambda event: None)
        except ModelMissing:
            print("serves", flush=True)
        time.sleep(60)
    """
    script = tmp_path / "application.py"
    script.write_text(textwrap.dedent(program))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment
    ) as application:
        assert application.stdout is not None
        child = psutil.Process(int(application.stdout.readline()))
        assert application.stdout.readline() == "serves\n"
        application.kill()
    gone, alive = psutil.wait_procs([child], timeout=10)
    assert gone
    assert not alive


def test_a_load_that_nobody_waits_for_ends_at_once(tmp_path: Path, llava: Path) -> None:
    children = Children()
    engine = ChildEngine(children, tmp_path / "log")
    events: list[Event] = []
    assert engine.load(LoadModel(llava), events.append, lambda: bool(events)) is None
    assert children.started[0].exit_code == -signal.SIGKILL
    with pytest.raises(EngineEmpty):
        ask(engine, talk("Hi"))
    engine.close()


def test_the_log_does_not_grow_for_ever(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * 1_500_000)
    engine = ChildEngine(Children(), log)
    with pytest.raises(ModelMissing):
        engine.load(LoadModel(tmp_path), nothing)
    engine.close()
    assert log.stat().st_size < 10_000
    assert (tmp_path / "log.1").stat().st_size == 1_500_000


def test_a_log_that_cannot_be_written_stops_no_model(tmp_path: Path) -> None:
    engine = ChildEngine(Children(), tmp_path)  # a folder
    with pytest.raises(ModelMissing):
        engine.load(LoadModel(tmp_path), nothing)
    engine.close()


def test_close_ends_the_child(tmp_path: Path) -> None:
    children = Children()
    engine = ChildEngine(children, tmp_path / "log")
    with pytest.raises(EngineEmpty):
        ask(engine, talk("Hi"))
    with pytest.raises(ModelMissing):
        engine.load(LoadModel(tmp_path), nothing)
    began = time.monotonic()
    engine.close()
    engine.close()
    assert children.started[0].exit_code is not None
    assert time.monotonic() - began < 5


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_a_native_crash_while_idle(
    child_engine: ChildEngine, children: Children, log_path: Path
) -> None:
    os.kill(children.pid, signal.SIGSEGV)
    with pytest.raises(EngineCrashed, match="killed by SIGSEGV"):
        ask(child_engine, talk("Hi"))
    crash = log_path.with_suffix(".crash")  # a report, with the next start of an engine
    assert "Segmentation fault" in crash.read_text(), "with the Python stack"
    with pytest.raises(EngineEmpty):
        ask(child_engine, talk("Hi"))


def test_the_parent_needs_no_torch() -> None:
    program = "import sys, mmdesk.inference.process; print({'torch', 'whisper'} & {*sys.modules})"
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert output.stdout.strip() == "set()"
