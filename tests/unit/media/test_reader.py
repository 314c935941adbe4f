"""The reader outlives its child: crashes, hangs, closing, threads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mmdesk.core.errors import (
    FileMissing,
    FileUnreadable,
    MmdeskError,
    PictureDamaged,
    PictureTooSlow,
)
from mmdesk.core.phrases import Phrase
from mmdesk.core.sight import Pixels
from mmdesk.media import wire
from mmdesk.media.reader import LimitedMediaReader
from tests.unit.media.conftest import RecordingSpawn
from tests.unit.media.samples import canonical, corners, empty_png, encode, noise

Own = tuple[LimitedMediaReader, RecordingSpawn]


@pytest.fixture(scope="module")
def slow_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture that takes long enough to be interrupted."""
    path = tmp_path_factory.mktemp("slow") / "slow.png"
    path.write_bytes(empty_png(10_000, 10_000, bits=8) + bytes(4 << 20))  # as if it were full
    return path


def kill_when_busy(spawned: RecordingSpawn, times: int) -> threading.Thread:
    """Kill ``times`` children in the middle of their first picture."""

    def work() -> None:
        for number in range(times):
            while len(spawned.children) <= number:
                time.sleep(0.005)
            pid = spawned.children[number].pid
            while cpu_seconds(pid) < 0.6:  # starting takes less, the picture more
                time.sleep(0.005)
            os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc and signals")


@linux
def test_a_child_killed_in_the_middle_is_replaced(own_reader: Own, slow_file: Path) -> None:
    reader, spawned = own_reader
    killer = kill_when_busy(spawned, 1)
    picture = reader.read(slow_file)
    killer.join()
    assert picture.width > 7000
    assert len(spawned.children) == 2
    assert spawned.children[0].exit_code == -signal.SIGKILL


@linux
def test_a_file_that_ends_two_children_is_refused_and_the_next_read_works(
    own_reader: Own, slow_file: Path
) -> None:
    reader, spawned = own_reader
    killer = kill_when_busy(spawned, 2)
    with pytest.raises(PictureDamaged):
        reader.read(slow_file)
    killer.join()
    assert reader.read_bytes(encode(corners(), "PNG"), "next.png").width == 24
    assert len(spawned.children) == 3
    assert not list(canonical_folder(reader).glob("*.part"))


def canonical_folder(reader: LimitedMediaReader) -> Path:
    return reader.read_bytes(encode(corners(), "PNG"), "any.png").path.parent


@linux
def test_a_child_killed_while_idle_goes_unnoticed(own_reader: Own) -> None:
    reader, spawned = own_reader
    data = encode(noise(9, 9), "PNG")
    first = reader.read_bytes(data, "a.png")
    os.kill(spawned.children[0].pid, signal.SIGKILL)
    assert reader.read_bytes(data, "a.png") == first
    assert len(spawned.children) == 2


def test_a_picture_beyond_the_deadline_is_given_up(tmp_path: Path, slow_file: Path) -> None:
    spawned = RecordingSpawn()
    reader = LimitedMediaReader(spawned, tmp_path / "staging", 0.4)
    try:
        reader.read_bytes(encode(corners(), "PNG"), "warm.png")
        start = time.monotonic()
        with pytest.raises(PictureTooSlow) as caught:
            reader.read(slow_file)
        assert time.monotonic() - start < 5
        assert caught.value.fields["name"] == "slow.png"
        assert spawned.children[0].exit_code is not None
        assert reader.read_bytes(encode(corners(), "PNG"), "next.png").width == 24
    finally:
        reader.close()


@linux
def test_close_interrupts_a_picture_and_leaves_nothing(own_reader: Own, slow_file: Path) -> None:
    reader, spawned = own_reader
    folder = canonical_folder(reader)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(reader.read, slow_file)
        before = cpu_seconds(spawned.children[0].pid)
        while cpu_seconds(spawned.children[0].pid) < before + 0.2:
            time.sleep(0.01)
        start = time.monotonic()
        reader.close()
        assert time.monotonic() - start < 5
        with pytest.raises(FileUnreadable, match="closing"):
            reading.result()
    assert spawned.children[0].exit_code == -signal.SIGKILL
    assert not folder.exists()
    with pytest.raises(FileUnreadable):
        reader.read(slow_file)
    reader.close()
    assert len(spawned.children) == 1


def test_many_threads_get_their_own_pictures(reader: LimitedMediaReader) -> None:
    images = [noise(30, 20, seed) for seed in range(40)]
    files = [encode(image, "PNG") for image in images]
    with ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(lambda data: reader.read_bytes(data, "p.png"), files))
    for image, picture in zip(images, pictures, strict=True):
        assert canonical(picture).tobytes() == image.tobytes()


@pytest.mark.parametrize(
    ("asked", "cut"),
    [
        ((3, 4, 17, 11), (3, 4, 17, 11)),
        ((-5, -5, 99, 99), (0, 0, 30, 20)),
        ((28, 19, 28, 19), (28, 19, 29, 20)),
        ((90, 90, 95, 95), (29, 19, 30, 20)),
    ],
)
def test_a_region_has_the_picture_s_own_pixels(
    reader: LimitedMediaReader, asked: Pixels, cut: Pixels
) -> None:
    image = noise(30, 20)
    whole = reader.read_bytes(encode(image, "PNG"), "photo.png")
    region = reader.read_region(whole, asked)
    assert region.name == f"photo.png {list(cut)}"
    assert (region.width, region.height) == (cut[2] - cut[0], cut[3] - cut[1])
    assert canonical(region).tobytes() == image.crop(cut).tobytes()


def test_a_region_of_a_picture_that_is_gone_or_broken(reader: LimitedMediaReader) -> None:
    whole = reader.read_bytes(encode(noise(31, 21), "PNG"), "photo.png")
    data = whole.path.read_bytes()
    whole.path.write_bytes(data[:40])
    with pytest.raises(PictureDamaged, match=r"photo\.png"):
        reader.read_region(whole, (0, 0, 9, 9))
    whole.path.unlink()
    with pytest.raises(FileMissing, match=r"photo\.png"):
        reader.read_region(whole, (0, 0, 9, 9))


def test_pasted_bytes_are_not_left_behind(own_reader: Own) -> None:
    reader, _ = own_reader
    folder = canonical_folder(reader)
    with pytest.raises(MmdeskError):
        reader.read_bytes(b"nothing", "a.png")
    assert sorted(path.suffix for path in folder.iterdir()) == [".png", ".png"]


def test_staging_of_a_run_that_crashed_long_ago_goes(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    old, young = (tmp_path / f"run-{ended.pid}-{name}" for name in ("aa", "bb"))
    for folder in (old, young):
        folder.mkdir()
        (folder / "x.png").touch()
    os.utime(old, (0, 0))
    reader = LimitedMediaReader(RecordingSpawn(), tmp_path, 60.0)
    reader.read_bytes(encode(corners(), "PNG"), "a.png")
    reader.close()
    assert list(tmp_path.iterdir()) == [young]


def test_the_parent_imports_no_decoder() -> None:
    code = (
        "import sys, mmdesk.media.reader;"
        "sys.exit(bool({'PIL', 'numpy', 'soundfile', 'soxr', 'av'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'"x"',
        b'{"error": "__builtins__", "fields": {}}',
        b'{"error": "StoreBusy", "fields": {"path": "x"}}',
        b'{"error": "FileEmpty", "fields": {}}',
        b'{"sha256": "../../etc", "width": 1, "height": 1, "notes": []}',
        b'{"sha256": "' + b"a" * 64 + b'", "width": 0, "height": 1, "notes": []}',
        b'{"sha256": "' + b"a" * 64 + b'", "width": 1, "height": 1, "notes": {}}',
        b'{"sha256": "' + b"a" * 64 + b'", "width": 1, "height": 1, "notes":'
        b' [{"template": "{x}", "fields": {}}]}',
        b'{"recording": "../../etc", "seconds": 1}',
        b'{"recording": "' + b"a" * 64 + b'", "seconds": -1}',
        b'{"recording": "' + b"a" * 64 + b'", "seconds": NaN}',
        b'{"recording": "' + b"a" * 64 + b'", "seconds": true}',
        b'{"recording": "' + b"a" * 64 + b'"}',
        b'{"declared": 1e9}',
        b'{"declared": "long"}',
        b"[" * 100_000,
    ],
)
def test_a_child_that_lies_is_not_believed(answer: bytes) -> None:
    with pytest.raises(wire.MalformedAnswer):
        wire.unpack_answer(answer)


def test_answers_survive_the_wire() -> None:
    note = Phrase("Only the first of its {count} frames is used.", {"count": 3})
    answer = wire.Canonical("ab" * 32, 3, 4, (note,))
    assert wire.unpack_answer(wire.pack_canonical(answer)) == answer
    error = wire.unpack_answer(wire.pack_error(PictureTooSlow(name="红.png", seconds=10)))
    assert isinstance(error, PictureTooSlow)
    assert error.fields == {"name": "红.png", "seconds": 10}
    request = wire.Request("/a/\udcff", "b", sound=False)
    assert wire.unpack_request(wire.pack_request(request)) == request
    recorded = wire.Recorded("ab" * 32, 2.5)
    assert wire.unpack_answer(wire.pack_recorded(recorded)) == recorded
    assert wire.unpack_answer(wire.pack_declared(wire.Declared(9.5))) == wire.Declared(9.5)
