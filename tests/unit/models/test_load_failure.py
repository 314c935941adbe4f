"""Whatever a library raises over a checkpoint becomes one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmdesk.core.errors import ModelDamaged, ModelNeedsPackage, RemoteCodeRefused
from mmdesk.models.load_failure import load_failure

PATH = Path("folder")


@pytest.mark.parametrize(
    ("said", "package"),
    [
        ("FooProcessor requires the Torchvision library but it was not found", "torchvision"),
        ("SiglipTokenizer requires the SentencePiece library but it was not found in your\n"
         "environment. Check out the instructions on the installation page", "sentencepiece"),
        ("Using `x` needs it: `pip install -U 'bitsandbytes>=0.46'`", "bitsandbytes"),
        ("No module named 'blobfile'", "No module named 'blobfile'"),
    ],
)  # fmt: skip
def test_a_missing_package_is_named(said: str, package: str) -> None:
    found = load_failure(ImportError(said), PATH, "processor")
    assert isinstance(found, ModelNeedsPackage)
    assert found.fields["package"] == package


def test_code_of_a_checkpoint_s_own_is_refused() -> None:
    error = ValueError("Please pass the argument `trust_remote_code=True`")
    assert isinstance(load_failure(error, PATH, "config.json"), RemoteCodeRefused)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("two\n  lines."), "two lines"),
        (KeyError(), "KeyError"),
        (RuntimeError("x" * 1000), "x" * 160),
    ],
)
def test_anything_else_is_damage_in_one_line(error: Exception, reason: str) -> None:
    found = load_failure(error, PATH, "config.json")
    assert isinstance(found, ModelDamaged)
    assert found.message == f"“config.json” of the model in “folder” is damaged: {reason}."
