"""Probabilities are the model's own, whatever it is and whatever it is asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from transformers import AutoModel, AutoProcessor

from mmdesk import paths
from mmdesk.core.errors import (
    DeviceUnavailable,
    FileMissing,
    MatchOutOfMemory,
    MatchTextAlone,
    MatchTextEmpty,
    MatchTextMissing,
    NoModelFits,
    PictureDamaged,
    TooManyTexts,
)
from mmdesk.core.matching import Matches, MatchModel, MatchPicture
from mmdesk.matching.local import MOST_TEXTS, LocalMatcher
from mmdesk.matching.placement import place
from tests.unit.matching.tiny_matchers import KINDS, gradient, make, model_of, picture

Checkpoint = Callable[[str], Path]
TEXTS = ("a red circle", "一个红色圆形", "a cat 🐈‍⬛ on a mat", "dog", "左边的猫")


def matched(folder: Path, image: Image.Image, texts: Sequence[str], place: Path) -> Matches:
    found = LocalMatcher().match(
        MatchPicture(picture(place, image), tuple(texts), model_of(folder))
    )
    assert found is not None
    return found


def by_transformers(folder: Path, image: Image.Image, texts: Sequence[str]) -> list[float]:
    """What transformers' own processor and model say."""
    processor: Any = AutoProcessor.from_pretrained(folder)
    model: Any = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    siglip = model.config.model_type.startswith("siglip")
    inputs = processor(
        text=list(texts),
        images=image,
        return_tensors="pt",
        padding="max_length" if siglip else True,
        truncation=True,
        max_length=model.config.text_config.max_position_embeddings,
    )
    with torch.inference_mode():
        logits = model(**inputs).logits_per_image[0]
    shares = logits.sigmoid() if siglip else logits.softmax(0)
    return [float(share) for share in shares]


def numbers(found: Matches) -> list[float]:
    return [match.probability for match in found.matches]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(90, 60), (33, 80)])
def test_probabilities_are_those_of_the_logits(
    kind: str, size: tuple[int, int], checkpoint: Checkpoint, tmp_path: Path
) -> None:
    folder, image = checkpoint(kind), gradient(*size)
    found = matched(folder, image, TEXTS, tmp_path)
    expected = by_transformers(folder, image, TEXTS)
    assert numbers(found) == pytest.approx(expected, abs=1e-5)
    assert max(expected) - min(expected) > 0.01
    assert [match.text for match in found.matches] == list(TEXTS)
    assert found.among == (not kind.startswith("siglip"))
    if found.among:
        assert math.fsum(numbers(found)) == pytest.approx(1, abs=1e-5)


def test_the_starter_s_too(tmp_path: Path) -> None:
    image = gradient(200, 100)
    found = matched(paths.starter_clip(), image, TEXTS, tmp_path)
    assert numbers(found) == pytest.approx(
        by_transformers(paths.starter_clip(), image, TEXTS), abs=1e-5
    )


@pytest.mark.parametrize("kind", KINDS)
def test_many_texts_in_batches_are_the_same_as_few(
    kind: str, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    texts = [f"a picture of {number} things" for number in range(150)]
    found = matched(checkpoint(kind), gradient(40, 40), texts, tmp_path)
    expected = by_transformers(checkpoint(kind), gradient(40, 40), texts)
    assert numbers(found) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("kind", ["siglip", "siglip2"])
def test_a_siglip_reads_small_letters_and_judges_each_text_alone(
    kind: str, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    folder, image = checkpoint(kind), gradient(50, 50)
    small = matched(folder, image, ["a red circle", "dog"], tmp_path)
    large = matched(folder, image, ["A RED Circle"], tmp_path)
    assert numbers(large)[0] == pytest.approx(numbers(small)[0], abs=1e-6)
    assert not large.among


def test_the_number_of_patches_is_the_checkpoint_s(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """SigLIP 2's processor would take 256, whatever its image processor says."""
    folder = make(tmp_path / "few", "siglip2")
    config = folder / "processor_config.json"
    config.write_text(config.read_text().replace('"max_num_patches": 256', '"max_num_patches": 9'))
    one = matched(folder, gradient(96, 48), TEXTS, tmp_path)
    other = matched(checkpoint("siglip2"), gradient(96, 48), TEXTS, tmp_path)
    assert numbers(one) != pytest.approx(numbers(other), abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_too_long_is_cut_and_told(
    kind: str, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    long, book = "a cat " * 40, "x" * 100_000
    found = matched(checkpoint(kind), gradient(40, 40), ["a cat", long, book], tmp_path)
    assert set(found.cut) <= {long, book}
    assert long in found.cut
    assert all(map(math.isfinite, numbers(found)))


def test_the_same_text_twice_counts_once(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder, image = checkpoint("clip"), gradient(40, 40)
    twice = matched(folder, image, ["dog", "a cat", "dog"], tmp_path)
    assert [match.text for match in twice.matches] == ["dog", "a cat"]
    assert numbers(twice) == numbers(matched(folder, image, ["dog", "a cat"], tmp_path))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(1, 1), (2, 1), (10_000, 3), (3, 10_000)])
def test_pictures_of_odd_shapes(
    kind: str, size: tuple[int, int], checkpoint: Checkpoint, tmp_path: Path
) -> None:
    found = matched(checkpoint(kind), gradient(*size), TEXTS, tmp_path)
    assert all(0 <= number <= 1 for number in numbers(found))


@pytest.mark.parametrize("size", [(480, 48), (48, 480)])
def test_of_a_long_picture_clip_sees_the_middle_as_ever(
    size: tuple[int, int], checkpoint: Checkpoint, tmp_path: Path
) -> None:
    folder, image = checkpoint("clip"), gradient(*size)
    found = matched(folder, image, TEXTS, tmp_path)
    assert numbers(found) == pytest.approx(by_transformers(folder, image, TEXTS), abs=1e-5)


@pytest.mark.parametrize("text", ["🦄", "\ud83d", "\ud83d\ude00", "a\x00b", "ﷺ" * 30, "-", "..."])
@pytest.mark.parametrize("kind", KINDS)
def test_texts_that_nobody_expects(
    kind: str, text: str, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    found = matched(checkpoint(kind), gradient(40, 40), [text, "a cat"], tmp_path)
    assert found.matches[0].text == text
    assert all(0 <= number <= 1 for number in numbers(found))


@pytest.mark.parametrize(
    ("texts", "error"),
    [
        ((), MatchTextMissing),
        (("a cat", ""), MatchTextEmpty),
        (("  \n",), MatchTextEmpty),
        (tuple(map(str, range(MOST_TEXTS + 1))), TooManyTexts),
        (("a cat",), MatchTextAlone),
        (("a cat", "a cat"), MatchTextAlone),
    ],
)
def test_texts_that_can_t_be_compared(
    texts: tuple[str, ...], error: type[Exception], checkpoint: Checkpoint, tmp_path: Path
) -> None:
    request = MatchPicture(picture(tmp_path, gradient(40, 40)), texts, model_of(checkpoint("clip")))
    with pytest.raises(error):
        LocalMatcher().match(request)


def test_a_picture_that_is_gone_or_none(checkpoint: Checkpoint, tmp_path: Path) -> None:
    shown = picture(tmp_path, gradient(40, 40))
    request = MatchPicture(shown, ("a", "b"), model_of(checkpoint("clip")))
    shown.path.write_bytes(b"GIF89a")
    with pytest.raises(PictureDamaged):
        LocalMatcher().match(request)
    shown.path.unlink()
    with pytest.raises(FileMissing):
        LocalMatcher().match(request)


def test_nobody_waits_any_more(checkpoint: Checkpoint, tmp_path: Path) -> None:
    texts = tuple(f"text {number}" for number in range(400))
    request = MatchPicture(picture(tmp_path, gradient(40, 40)), texts, model_of(checkpoint("clip")))
    matcher, asked = LocalMatcher(), iter([False, False, False, True])
    assert matcher.match(request, lambda: next(asked)) is None
    found = matcher.match(request)
    assert found is not None
    assert len(found.matches) == len(texts)


def test_the_model_is_kept_until_another_is_asked_for(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    shown, matcher = picture(tmp_path, gradient(40, 40)), LocalMatcher()
    folder = make(tmp_path / "gone", "clip")
    one = MatchPicture(shown, ("a", "b"), model_of(folder))
    first = matcher.match(one)
    (folder / "model.safetensors").unlink()
    assert matcher.match(one) == first
    other = matcher.match(MatchPicture(shown, ("a", "b"), model_of(checkpoint("siglip"))))
    assert other is not None
    assert other.model == "tiny-siglip"
    matcher.close()
    matcher.close()
    with pytest.raises(Exception, match="incomplete"):
        matcher.match(one)


@pytest.mark.parametrize("kind", KINDS)
def test_half_precision_is_close(kind: str, checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder, image = checkpoint(kind), gradient(40, 40)
    request = MatchPicture(picture(tmp_path, image), TEXTS, model_of(folder, "bfloat16"))
    found = LocalMatcher().match(request)
    assert found is not None
    assert numbers(found) == pytest.approx(by_transformers(folder, image, TEXTS), abs=0.1)


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory")]
)
def test_out_of_memory_is_said_and_survived(
    error: Exception, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    request = MatchPicture(picture(tmp_path, gradient(40, 40)), TEXTS, model_of(checkpoint("clip")))
    matcher = LocalMatcher()
    asked = iter([False])

    def fails() -> bool:
        if next(asked, None) is None:
            raise error
        return False

    with pytest.raises(MatchOutOfMemory, match="not enough memory on CPU"):
        matcher.match(request, fails)
    assert matcher.match(request) is not None


def test_a_model_that_does_not_fit_is_not_tried(tmp_path: Path) -> None:
    with pytest.raises(NoModelFits) as caught:
        place(MatchModel(tmp_path, "cpu", "auto"), 10**13)
    assert float(str(caught.value.fields["needed"])) > 10**4
    assert place(MatchModel(tmp_path, "cpu", "int8"), 10**6).dtype == torch.float32


def test_a_device_that_is_not_there(checkpoint: Checkpoint, tmp_path: Path) -> None:
    model = MatchModel(checkpoint("clip"), "mps" if torch.cuda.is_available() else "cuda")
    with pytest.raises(DeviceUnavailable):
        LocalMatcher().match(MatchPicture(picture(tmp_path, gradient(9, 9)), TEXTS, model))
