"""Keys name models, and tell what leaves the computer."""

from __future__ import annotations

import pytest

from mmdesk.core.models import (
    host_of,
    is_loopback,
    is_remote,
    leaves_computer,
    parameters_text,
    remote_key,
    short_name,
    split_remote,
)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("starter", "Starter"),
        ("/x/resources/starter", "Starter"),
        ("/x/Qwen3-VL-4B-Instruct", "Qwen3-VL-4B-Instruct"),
        ("/x/models--google--gemma-3-4b-it/snapshots/0a1b2c", "gemma-3-4b-it"),
        ("/x/models/maker--Circles-VL", "Circles-VL"),
        ("https://host:8000/v1#org/name", "name"),
        ("https://host:8000/v1#llava:13b", "llava:13b"),
        ("https://host:8000/v1", "host"),
    ],
)
def test_names_for_people(key: str, name: str) -> None:
    assert short_name(key) == name


@pytest.mark.parametrize(
    ("key", "leaves"),
    [
        ("starter", False),
        ("/models/https://odd", False),
        ("http://localhost:8000/v1#m", False),
        ("http://127.0.0.1:8000/v1#m", False),
        ("http://127.9.9.9/v1#m", False),
        ("http://[::1]:8000/v1#m", False),
        ("http://LOCALHOST:8000/v1#m", False),
        ("http://localhost.example/v1#m", True),
        ("http://127.0.0.1.example/v1#m", True),
        ("http://127.0.0.1@far.example/v1#m", True),
        ("http://0.0.0.0:8000/v1#m", True),
        ("http://192.168.1.5:8000/v1#m", True),
        ("https://far.example/v1#localhost", True),
        ("https://far.example/v1#http://127.0.0.1", True),
        ("http://[half/v1#m", True),
    ],
)
def test_what_leaves_the_computer(key: str, leaves: bool) -> None:
    assert leaves_computer(key) is leaves


def test_a_remote_key_comes_apart_again() -> None:
    key = remote_key("https://host:8000/v1", "org/na#me")
    assert is_remote(key)
    assert split_remote(key) == ("https://host:8000/v1", "org/na#me")
    assert host_of(key) == "host"
    assert not is_loopback("")


@pytest.mark.parametrize(
    ("parameters", "text"),
    [(1, "1 M"), (4_540_992, "5 M"), (999_400_000, "999 M"), (4_400_000_000, "4.4 B"),
     (27_400_000_000, "27 B")],
)  # fmt: skip
def test_parameters(parameters: int, text: str) -> None:
    assert parameters_text(parameters) == text
