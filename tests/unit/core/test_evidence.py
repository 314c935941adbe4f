"""From what an answer says to places on the picture, and how a sight is kept."""

import json

import pytest

from mmdesk.core.evidence import NOWHERE, pointed
from mmdesk.core.sight import Placement, SeenPicture, Sight
from mmdesk.core.sight_document import read_sight, sight_document

WHOLE = Placement(192, 192, (0, 0, 192, 192), (0.0, 0.0, 400.0, 200.0))
CROPPED = Placement(100, 100, (0, 0, 100, 100), (100.0, 0.0, 300.0, 200.0))
PADDED = Placement(100, 100, (0, 25, 100, 75), (0.0, 0.0, 400.0, 200.0))
TILE = Placement(100, 100, (0, 0, 100, 100), (0.0, 0.0, 200.0, 200.0))
STAR = '[{"bbox_2d": [250, 100, 500, 1000], "label": "star"}]'


def sight(*frames: Placement, kind: str = "llava", pictures: int = 1, meant: int | None = 0):
    seen = SeenPicture("ab", 400, 200, 144, frames)
    return Sight(kind, (seen,) * pictures, meant)


@pytest.mark.parametrize(
    ("frames", "place"),
    [
        ((WHOLE,), (100, 20, 200, 200)),
        ((TILE, WHOLE), (100, 20, 200, 200)),
        ((CROPPED,), (150, 20, 200, 200)),
        ((PADDED,), (100, 0, 200, 200)),
        ((), (100, 20, 200, 200)),
    ],
)
def test_places_are_of_the_frame_wherever_that_lies_on_the_picture(frames, place):
    (found,) = pointed(STAR, sight(*frames)).evidence
    assert found.place == pytest.approx(place)
    assert (found.text, found.image) == ("star", 0)
    assert STAR[found.start : found.end] == STAR[1:-1]


def test_families_that_count_along_the_picture_do_so_whatever_was_padded():
    (found,) = pointed(STAR, sight(PADDED, kind="qwen3_vl")).evidence
    assert found.place == pytest.approx((100, 20, 200, 200))


def test_pixels_are_the_frames():
    said = '{"bbox_2d": [96, 0, 192, 96], "label": "half"}'
    (found,) = pointed(said, sight(WHOLE, kind="qwen2_5_vl")).evidence
    assert found.place == pytest.approx((200, 0, 400, 100))


def test_of_several_pictures_the_one_that_is_meant_gets_the_place():
    (found,) = pointed(STAR, sight(WHOLE, pictures=3, meant=2)).evidence
    assert found.image == 2


def test_a_place_without_a_picture_is_counted_and_drawn_on_none():
    found = pointed(STAR, sight(WHOLE, pictures=2, meant=None))
    assert not found.evidence
    assert found.homeless == 1
    beyond = '<points coords="3 1 500 500">cup</points>'
    assert pointed(beyond, sight(WHOLE, kind="molmo2")).homeless == 1


@pytest.mark.parametrize(
    "seen", [None, sight(WHOLE, kind="blip"), Sight("llava", ()), sight(kind="mistral3")]
)
def test_who_does_not_point_points_nowhere(seen):
    assert pointed(STAR, seen) == NOWHERE


def test_what_the_model_lost_is_known():
    assert SeenPicture("", 400, 200, 1, (CROPPED,)).unseen == pytest.approx(0.5)
    assert SeenPicture("", 400, 200, 1, (WHOLE, TILE)).unseen == 0
    assert SeenPicture("", 400, 200, 1, (WHOLE, TILE)).scale == pytest.approx(0.5)
    assert WHOLE.scale == pytest.approx(0.48)


def test_a_sight_is_read_as_it_was_kept():
    kept = sight(WHOLE, CROPPED, pictures=2, meant=None)
    assert read_sight(json.loads(json.dumps(sight_document(kept)))) == kept


@pytest.mark.parametrize(
    "change",
    [
        {"model_type": 3}, {"model_type": "x" * 20_000}, {"meant": 5}, {"meant": -1},
        {"meant": "0"}, {"pictures": {}}, {"pictures": [3]}, {"pictures": [{}]},
        {"pictures": [{"sha256": "", "width": 1e9, "height": 1, "tokens": 0, "frames": []}]},
        {"pictures": [{"sha256": "", "width": 1, "height": 1, "tokens": 0, "frames": [[1]]}]},
        {"pictures": [
            {"sha256": "", "width": 1, "height": 1, "tokens": 0,
             "frames": [[1, 1, 0, 0, 1, 1, float("nan"), 0, 1, 1]]}
        ]},
    ],
)  # fmt: skip
def test_what_is_no_sight_is_refused(change):
    document = sight_document(sight(WHOLE)) | change
    with pytest.raises((TypeError, ValueError, KeyError)):
        read_sight(document)
