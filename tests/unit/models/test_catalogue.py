"""The catalogue that ships says what it must, and a damaged one is refused by the entry's name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmdesk import paths
from mmdesk.core.errors import InstallationBroken
from mmdesk.core.models import ModelRole
from mmdesk.models import catalogue
from mmdesk.models.catalogue import CatalogueEntry

HOSTS = {"huggingface.co", "github.com", "docs.nvidia.com", "docs.z.ai", "recipes.vllm.ai"}
HAN = re.compile(r"[\u4e00-\u9fff]")

SHIPPED = catalogue.load(paths.catalogue())
each_entry = pytest.mark.parametrize("entry", SHIPPED, ids=lambda entry: entry.id)


@each_entry
def test_every_entry_can_be_looked_up(entry: CatalogueEntry) -> None:
    assert urlsplit(entry.source).scheme == "https"
    assert urlsplit(entry.source).hostname in HOSTS
    assert date.fromisoformat(entry.checked) >= date(2026, 11, 1)
    assert entry.license
    assert entry.modelscope.count("/") == 1


@each_entry
def test_every_entry_has_a_sensible_size(entry: CatalogueEntry) -> None:
    assert 10**7 <= entry.parameters <= 40 * 10**9


@each_entry
def test_the_size_agrees_with_the_name(entry: CatalogueEntry) -> None:
    # Some names tell the language model alone, some count Gemma's embeddings out ("E2B").
    told = re.search(r"-E?(\d+(?:\.\d+)?)(M|B)\b", entry.id, re.IGNORECASE)
    if told:
        named = float(told[1]) * (10**6 if told[2].upper() == "M" else 10**9)
        assert 0.9 <= entry.parameters / named <= 2.6


@each_entry
def test_every_entry_is_described_in_the_windows_languages(entry: CatalogueEntry) -> None:
    lines = dict(entry.good_at)
    assert set(lines) == {"en", "zh_CN"}
    assert not HAN.search(lines["en"])
    assert HAN.search(lines["zh_CN"])
    assert all(len(line) <= 90 for line in lines.values())


def test_all_sizes_of_chat_models_are_there() -> None:
    sizes = sorted(entry.parameters for entry in SHIPPED if entry.role is ModelRole.CHAT)
    assert sizes[0] <= 0.26e9
    assert sizes[-1] >= 30e9
    # Nobody has to take a model of less than a third of what fits.
    assert all(larger <= 3 * smaller for smaller, larger in pairwise(sizes))


@pytest.mark.parametrize("role", ModelRole)
def test_every_role_has_one_for_chinese(role: ModelRole) -> None:
    assert any(entry.role is role and "zh" in entry.languages for entry in SHIPPED)


def test_the_preferred_chat_models_converse() -> None:
    """Those for one task stand behind all others, so that none is recommended before them."""
    chat = [entry for entry in SHIPPED if entry.role is ModelRole.CHAT]
    narrow = [
        dict(entry.good_at)["en"].startswith(("Only for", "The same tasks")) for entry in chat
    ]
    assert narrow == sorted(narrow)
    assert any(narrow)


def test_ids_are_there_once() -> None:
    assert len({entry.id.lower() for entry in SHIPPED}) == len(SHIPPED)


def test_modelscope_has_the_same_id_unless_it_is_told(tmp_path: Path) -> None:
    same, other = catalogue.load(_written(tmp_path, _entry("a/b"), _entry("a/c", modelscope="x/y")))
    assert (same.modelscope, other.modelscope) == ("a/b", "x/y")


def test_the_order_is_kept(tmp_path: Path) -> None:
    names = ["z/z", "a/a", "m/m"]
    entries = catalogue.load(_written(tmp_path, *map(_entry, names)))
    assert [entry.id for entry in entries] == names


WRONG: dict[str, list[object]] = {
    "id": ["", "noslash", "a/b/c", "../b", "a/..", "a b/c", "ä/b", 7, None],
    "role": ["", "Chat", "video", ["chat"], None],
    "license": ["", "  ", "MIT\nApache-2.0", "\u202eTIM", 7, None],
    "parameters": [0, -1, 1.5, "7B", True, None],
    "languages": [[], "en", ["en", "en"], ["english"], ["EN"], [1], None],
    "good_at": [
        {},
        {"en": "x"},
        {"en": "x", "zh_CN": ""},
        {"en": "x", "zh_CN": "二", "de": "y"},
        {"en": "x", "zh_CN": 2},
        "x",
        None,
    ],
    "points": ["yes", 1, None],
    "source": ["http://huggingface.co/a/b", "huggingface.co", "https://", "https://[", 1, None],
    "checked": ["", "2026-13-01", "20261121", "2026-W47-6", "yesterday", 2026, None],
    "modelscope": ["", "noslash", None],
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in WRONG.items() for value in values]
)
def test_a_wrong_field_is_named(field: str, value: object, tmp_path: Path) -> None:
    path = _written(tmp_path, _entry("good/one"), _entry("bad/one", **{field: value}))
    with pytest.raises(InstallationBroken) as caught:
        catalogue.load(path)
    if field != "id":
        assert "bad/one" in caught.value.message
    named = ("en", "zh_CN", "good_at") if field == "good_at" else (field,)
    assert any(f"“{name}”" in caught.value.message for name in named)


@pytest.mark.parametrize("field", sorted(set(WRONG) - {"modelscope"}))
def test_a_missing_field_is_named(field: str, tmp_path: Path) -> None:
    entry = _entry("bad/one")
    del entry[field]
    with pytest.raises(InstallationBroken, match=rf"“{field}” is missing"):
        catalogue.load(_written(tmp_path, entry))


def test_an_unknown_field_is_named(tmp_path: Path) -> None:
    with pytest.raises(InstallationBroken, match=r"a/b: “sha256” is no field"):
        catalogue.load(_written(tmp_path, _entry("a/b", sha256="0")))


def test_names_are_shown_without_what_moves_the_cursor(tmp_path: Path) -> None:
    path = _written(tmp_path, {**_entry("a/b"), "id": "a\n\x1b[2J/b"})
    with pytest.raises(InstallationBroken, match=r"catalogue\.json, a\ufffd\ufffd\[2J/b: “id” is"):
        catalogue.load(path)


def test_an_id_that_is_there_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(InstallationBroken, match=r"a/b: “id” is there twice"):
        catalogue.load(_written(tmp_path, _entry("a/b"), _entry("c/d"), _entry("a/b")))


@pytest.mark.parametrize("value", [7, None, "a/b", [], {}, {"id": 7}])
def test_an_entry_without_an_id_is_counted(value: object, tmp_path: Path) -> None:
    with pytest.raises(InstallationBroken, match=r"catalogue\.json, entry 2: "):
        catalogue.load(_written(tmp_path, _entry("a/b"), value))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda whole: whole[: len(whole) // 2], "is not JSON"),
        (lambda whole: b"", "is not JSON"),
        (lambda whole: b"\xff\xfe" + whole, "is not JSON"),
        (lambda whole: b"[" * 100_000, "is not JSON"),
        (lambda whole: b'{"models": ' + b"9" * 10_000 + b"}", "is not JSON"),
        (lambda whole: b"[]", "lists no models"),
        (lambda whole: b'{"models": []}', "lists no models"),
        (lambda whole: b'{"models": {}}', "lists no models"),
        (lambda whole: b"null", "lists no models"),
    ],
)
def test_a_damaged_file_is_refused(
    damage: Callable[[bytes], bytes], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "catalogue.json"
    path.write_bytes(damage(paths.catalogue().read_bytes()))
    with pytest.raises(InstallationBroken, match=rf"catalogue\.json {said}"):
        catalogue.load(path)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_no_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InstallationBroken, match="can't be read"):
        catalogue.load(tmp_path / name)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(field=st.sampled_from(sorted(WRONG)) | st.text(), value=ANYTHING)
def test_any_value_is_taken_or_refused_in_one_line(
    field: str, value: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = _written(tmp_path_factory.mktemp("catalogue"), _entry("a/b", **{field: value}))
    try:
        said = [dict(entry.good_at)["en"] for entry in catalogue.load(path)]
    except InstallationBroken as error:
        said = [error.message]
    assert len(said) == 1
    assert said[0].isprintable()


def _entry(model_id: str, **fields: object) -> dict[str, Any]:
    return {
        "id": model_id,
        "role": "chat",
        "license": "MIT",
        "parameters": 10**9,
        "languages": ["en", "zh"],
        "good_at": {"en": "Photos", "zh_CN": "照片"},
        "points": False,
        "source": "https://huggingface.co/a/b",
        "checked": "2026-11-21",
        **fields,
    }


def _written(folder: Path, *entries: object) -> Path:
    path = folder / "catalogue.json"
    path.write_text(json.dumps({"models": entries}), encoding="utf-8")
    return path
