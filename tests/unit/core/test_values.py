"""Values are frozen dataclasses, whenever their methods are written."""

import copy
import pickle
import subprocess
import sys
import threading
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, is_dataclass, replace

import pytest

from mmdesk.core.values import value


@value
class Base:
    """A value."""

    name: str
    size: int = 1


@value
class Derived(Base):
    """One with a field and a check of its own."""

    parts: list[int] = field(default_factory=list, compare=False)

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError("negative")


@value
class Empty:
    """One without fields."""


@value
class Named:
    """One with the names that methods give their own first argument."""

    cls: str
    kind: str


def test_a_field_may_have_any_name() -> None:
    for _ in range(2):  # the first completes the class
        assert Named(cls="a", kind="b") == Named("a", "b")


def test_a_value_is_a_frozen_dataclass() -> None:
    one = Derived("a", parts=[1])
    assert one == Derived("a", parts=[2])
    assert one != Base("a")
    assert hash(one) == hash(Derived("a"))
    assert repr(one) == "Derived(name='a', size=1, parts=[1])"
    assert replace(one, size=2) == Derived("a", 2)
    assert asdict(one) == {"name": "a", "size": 1, "parts": [1]}
    for name in ("size", "other"):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, 2)
    with pytest.raises(ValueError, match="negative"):
        Derived("a", -1)
    with pytest.raises(TypeError, match="unexpected keyword"):
        Base("a", other=1)  # type: ignore[call-arg]


def test_a_value_matches_a_pattern_by_position() -> None:
    match Base("a", 3):
        case Derived():
            raise AssertionError("no value of that class")
        case Base(name, size):
            assert (name, size) == ("a", 3)


def test_fields_are_known_before_the_first_value() -> None:
    @value
    class Fresh(Base):
        """No value of it was made."""

        more: float = 0.0

    names = [each.name for each in fields(Fresh)]
    assert names == ["name", "size", "more"]
    assert is_dataclass(Fresh("a"))
    assert Fresh("a").more == 0.0


def test_a_dataclass_may_stand_on_a_value() -> None:
    @value
    class Ground:
        """No value of it was made."""

        name: str

    @dataclass(frozen=True)
    class Above(Ground):
        size: int

    assert Above("a", 1) == Above("a", 1)


def test_copies_are_equal() -> None:
    one = Derived("a", 2, [1])
    assert copy.copy(one) == one
    assert copy.deepcopy(one).parts == [1]


_RECEIVE = """
import pickle, sys
one, other = pickle.load(sys.stdin.buffer), pickle.load(sys.stdin.buffer)
assert one is not other and one == other and hash(one) == hash(other), one
print(one)
"""


@pytest.mark.parametrize("sent", [Derived("a", 2, [1]), Empty()])
def test_a_process_that_has_made_none_can_be_sent_one(sent: object) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", _RECEIVE],
        input=pickle.dumps(sent) + pickle.dumps(sent),
        stdout=subprocess.PIPE,
        check=True,
    )
    assert finished.stdout.decode().strip().endswith(repr(sent))


def test_threads_make_the_first_value_together() -> None:
    for _ in range(50):
        assert _made_by_threads(4) == 4


def _made_by_threads(number: int) -> int:
    """Return how many threads made a right first value of a class, all at once."""

    @value
    class Contested(Base):
        """No value of it was made."""

        more: str = "more"

    start, made = threading.Barrier(number), []

    def make() -> None:
        start.wait()
        made.append(Contested("a", 2))

    threads = [threading.Thread(target=make) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return made.count(Contested("a", 2))
