"""``mmdesk ask`` and its kin as a person's shell runs them, with the starter model."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.end2end.desktop import ROOT, can_unshare_network
from tests.end2end.pictures import blue_square, red_circle


def run(
    home: Path, *arguments: str | Path, stdin: str = "", display: str = ""
) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"MMDESK_HOME": str(home), "DISPLAY": display}
    for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-m", "mmdesk", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def error_of(finished: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the one error object on standard error."""
    assert finished.returncode == 1, finished.stderr
    lines = [line for line in finished.stderr.splitlines() if line]
    assert len(lines) == 1, finished.stderr
    error: dict[str, Any] = json.loads(lines[0])
    assert set(error) == {"event", "kind", "message", "hint"}
    assert error["event"] == "error"
    assert error["message"]
    assert error["hint"]
    return error


def test_an_answer_on_standard_output(home: Path, tmp_path: Path) -> None:
    picture = red_circle(tmp_path / "circle.png")
    finished = run(home, "ask", "What color is the circle?", "-a", picture)
    assert finished.returncode == 0, finished.stderr
    assert "red" in finished.stdout.lower()
    assert finished.stdout.endswith("\n")
    assert finished.stderr == ""
    assert not (home / "data" / "conversations.sqlite3").exists()


def test_the_json_protocol(home: Path, tmp_path: Path) -> None:
    red, blue = red_circle(tmp_path / "a.png"), blue_square(tmp_path / "b.png")
    first, second = (
        run(home, "ask", "第二张图里的正方形是什么颜色?", "-a", red, "-a", blue, "--json")
        for _ in range(2)
    )
    *deltas, finished = (json.loads(line) for line in first.stdout.splitlines())
    assert {delta["event"] for delta in deltas} == {"delta"}
    assert set(finished) == {
        "event",
        "stop_reason",
        "text",
        "prompt_tokens",
        "completion_tokens",
        "ttft_ms",
        "tokens_per_second",
        "model",
        "notes",
        "evidence",
        "unread",
        "tokens",
        "choices",
        "saw",
    }
    assert (finished["model"], finished["notes"]) == ("Starter", [])
    assert "".join(delta["text"] for delta in deltas) == finished["text"]
    assert finished["stop_reason"] == "stop"
    assert "蓝" in finished["text"]
    assert finished["prompt_tokens"] > 100
    assert json.loads(second.stdout.splitlines()[-1])["text"] == finished["text"]


def test_the_last_object_has_the_evidence(home: Path, tmp_path: Path) -> None:
    red = red_circle(tmp_path / "red.png")
    out = tmp_path / "evidence.png"
    finished = run(home, "ask", "Is there a circle?", "-a", red, "--json", "--evidence", out)
    assert finished.returncode == 0, finished.stderr
    last = json.loads(finished.stdout.splitlines()[-1])
    said = last["text"]
    assert "".join(said[each["start"] : each["end"]] for each in last["tokens"]) == said
    for each in last["tokens"]:
        chances = [math.exp(other["logprob"]) for other in each["alternatives"]]
        assert sum(chances) <= 1 + 1e-4
        assert max(chances) >= math.exp(each["logprob"]) - 1e-4  # it was greedy
    assert [each["text"] for each in last["choices"]] == ["Yes", "No"]
    assert last["choices"][0]["probability"] > 0.5
    (saw,) = last["saw"]
    (frame,) = saw["frames"]
    assert frame["shown"] == [0, 0, saw["width"], saw["height"]]
    assert saw["tokens"] >= 81
    assert last["evidence"] == []
    assert last["unread"] == 0
    assert not out.exists()
    assert "points at nothing" in json.loads(finished.stderr.splitlines()[-1])["text"]


def test_max_tokens_and_seed(home: Path, tmp_path: Path) -> None:
    picture = red_circle(tmp_path / "circle.png")
    options = ("--max-tokens", "2", "--seed", "7", "--temperature", "1.5", "--json")
    texts = []
    for _ in range(2):
        finished = run(home, "ask", "Describe the picture.", "-a", picture, *options)
        last = json.loads(finished.stdout.splitlines()[-1])
        assert (last["stop_reason"], last["completion_tokens"]) == ("length", 2)
        texts.append(last["text"])
    assert texts[0] == texts[1]


def test_save_keeps_the_conversation(home: Path, tmp_path: Path) -> None:
    picture = red_circle(tmp_path / "circle.png")
    assert run(home, "ask", "Is there a circle?", "-a", picture, "--save").returncode == 0
    assert (home / "data" / "conversations.sqlite3").stat().st_size > 0
    kept = list((home / "data" / "attachments").rglob("*.png"))
    assert len(kept) == 2  # the picture and its thumbnail


def test_a_question_from_standard_input(home: Path, tmp_path: Path) -> None:
    picture = red_circle(tmp_path / "circle.png")
    finished = run(home, "ask", "-", "-a", picture, stdin="What color is the circle?\n")
    assert "red" in finished.stdout.lower()


def test_a_question_of_a_megabyte(home: Path) -> None:
    finished = run(home, "ask", "-", "--json", stdin="why " * 250_000)
    assert error_of(finished)["kind"] == "question_too_long"


def test_a_prompt_longer_than_the_context(home: Path) -> None:
    finished = run(home, "ask", "-", "--json", stdin="xylophone zebra " * 8_000)
    error = error_of(finished)
    assert error["kind"] == "prompt_too_long"
    assert "token" in error["message"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("missing.png", "file_missing"),
        ("folder.png", "not_a_file"),
        ("fifo.png", "not_a_file"),
        ("empty.png", "file_empty"),
        ("text.png", "not_media"),
        ("half.png", "picture_damaged"),
        ("paper.pdf", "unsupported_kind"),
        ("/dev/zero", "not_a_file"),
    ],
)
def test_a_file_that_is_no_picture(home: Path, tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "fifo.png")
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("no picture")
    whole = red_circle(tmp_path / "whole.png").read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7\n")
    finished = run(home, "ask", "What is it?", "-a", tmp_path / name, "--json")
    error = error_of(finished)
    assert error["kind"] == kind
    assert Path(name).name in error["message"]


def test_an_error_for_people_has_at_most_three_lines(home: Path, tmp_path: Path) -> None:
    finished = run(home, "ask", "What is it?", "-a", tmp_path / "missing.png")
    assert finished.returncode == 1
    assert 1 <= len(finished.stderr.splitlines()) <= 3
    assert "missing.png" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_model_that_is_not_there(home: Path, tmp_path: Path) -> None:
    finished = run(home, "ask", "Hello", "--model", tmp_path / "none", "--json")
    assert error_of(finished)["kind"] == "model_missing"


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "Hi", "--max-tokens", "0"),
        ("ask", "Hi", "--seed", "-1"),
        ("ask", "Hi", "--temperature", "hot"),
        ("dance",),
    ],
)
def test_wrong_usage(home: Path, arguments: tuple[str, ...]) -> None:
    finished = run(home, *arguments)
    assert finished.returncode == 2
    assert "usage:" in finished.stderr


def test_no_question(home: Path) -> None:
    assert error_of(run(home, "ask", "  ", "--json"))["kind"] == "question_empty"


def test_no_display_points_to_the_command_line(home: Path) -> None:
    for display in ("", ":987"):
        finished = run(home, display=display)
        assert finished.returncode == 1
        assert "mmdesk ask" in finished.stderr
        assert len(finished.stderr.splitlines()) <= 3


def test_settings_that_are_no_settings(home: Path) -> None:
    (home / "config").mkdir()
    (home / "config" / "settings.toml").write_text("theme = 7")
    assert error_of(run(home, "ask", "Hello", "--json"))["kind"] == "settings_error"


def test_doctor_finds_everything(home: Path) -> None:
    finished = run(home, "doctor", "--json")
    report = json.loads(finished.stdout)
    assert report["ok"], report
    findings = {finding["name"]: finding["value"] for finding in report["findings"]}
    assert findings["model"].startswith("Starter")
    assert findings["torch"].startswith("2.13")


def test_doctor_names_what_is_missing(home: Path, tmp_path: Path) -> None:
    finished = run(home, "doctor", "--model", tmp_path / "none")
    assert finished.returncode == 1
    assert "There is no model" in finished.stdout


def test_ctrl_c_stops_the_answer_and_keeps_what_was_written(
    home: Path, endless_model: Path
) -> None:
    command = [sys.executable, "-m", "mmdesk", "ask", "Go on", "--model", str(endless_model)]
    with subprocess.Popen(
        [*command, "--json"],
        cwd=ROOT,
        env=os.environ | {"MMDESK_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()  # communicate() would lose what readline() has read ahead
        process.wait(60)
    *deltas, last = [first, *(json.loads(line) for line in rest.splitlines())]
    assert process.returncode == 130
    assert last["stop_reason"] == "cancelled"
    assert last["text"] == "".join(delta["text"] for delta in deltas)


@pytest.mark.skipif(not can_unshare_network(), reason="this system forbids network namespaces")
def test_everything_works_in_an_empty_network(home: Path) -> None:
    finished = run(home, "doctor", "--offline", "--json")
    assert finished.returncode == 0, finished.stdout
    receipt = json.loads(finished.stdout)
    assert receipt["ok"]
    assert receipt["sealed"]
    done = [step["name"] for step in receipt["steps"] if step["ok"]]
    assert done == [
        "network", "ask", "speak", "restart", "search", "match", "export", "import",
    ]  # fmt: skip
    assert not list(home.rglob("conversations.sqlite3"))  # the person's own stays as it is
