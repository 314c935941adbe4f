"""Who points how: for each architecture that was trained to point, how it writes places.

| Family | Writes | Source |
|---|---|---|
| Qwen2-VL | `<|box_start|>(x0,y0),(x1,y1)<|box_end|>`, thousandths | its model card |
| Qwen2.5-VL | JSON `bbox_2d`, `point_2d`, pixels of the resized frame | its cookbook on grounding |
| Qwen3-VL, 3.5 | the same JSON, thousandths | its cookbook on 2D grounding |
| the starter (LLaVA) | as Qwen3-VL | `mmdesk/core/boxes.py` |
| Gemma 3, 4 | JSON `box_2d`, y before x, thousandths | Google's guide to image understanding |
| LFM2-VL | JSON `bbox`, fractions | its model card |
| PaliGemma | `<loc0000>` four times, y before x, 1,024 cells, label behind | Beyer et al. 2024 |
| Florence-2 | label, `<loc_0>` four times, 1,000 cells | transformers, `processing_florence2.py` |
| Kosmos-2 | `<patch_index_0000>`, 32 x 32 cells | transformers, `processing_kosmos2.py` |
| Molmo2 | `<points coords="1 1 500 500">`, thousandths | its model card |
| InternVL | `<ref>label</ref><box>[[x0, y0, x1, y1]]</box>`, thousandths | its documentation |
| GLM-4.xV | `<|begin_of_box|>[[x0, y0, x1, y1]]<|end_of_box|>`, thousandths | its model card |
| DeepSeek-OCR | `<|ref|>label<|/ref|><|det|>[[...]]<|/det|>`, 999 steps | its model card |

Whoever isn't here was not trained to point, or says nowhere how it does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mmdesk.core.pointing import json_places, tagged
from mmdesk.core.pointing.marks import Grid
from mmdesk.core.pointing.written import Written
from mmdesk.core.values import value


@value
class Convention:
    """How one family writes places.

    Attributes:
        find: Yields what looks like a place.
        grid: What its numbers count.
        kept: A pattern of the special tokens that say it, which other text is shown without.
        of_frame: Whether places are of the frame that entered the model, cut or padded as it may
            be; else of the whole picture.
    """

    find: Callable[[str], Iterator[Written]]
    grid: Grid = Grid()
    kept: str = ""
    of_frame: bool = False


_THOUSANDTHS = Grid()
_FRACTIONS = Grid((1, 1))
_PIXELS = Grid((0, 0))
_QWEN2 = Convention(tagged.qwen2_boxes, _THOUSANDTHS, r"<\|(?:object_ref|box)_(?:start|end)\|>")
_QWEN2_5 = Convention(json_places.written_places, _PIXELS, of_frame=True)
_QWEN3 = Convention(json_places.written_places, _THOUSANDTHS)
_GEMMA = Convention(json_places.written_places, Grid(rows_first=True))
_STARTER = Convention(json_places.written_places, _THOUSANDTHS, of_frame=True)
_GLM = Convention(tagged.glm_boxes, _THOUSANDTHS, r"<\|(?:begin|end)_of_box\|>")

CONVENTIONS = {
    "deepseek_ocr2": Convention(tagged.deepseek_boxes, Grid((999, 999)), r"<\|/?(?:ref|det)\|>"),
    "florence2": Convention(
        tagged.florence_boxes, Grid(offset=0.5), r"<loc_\d+>|</?poly>", of_frame=True
    ),
    "gemma3": _GEMMA,
    "gemma4": _GEMMA,
    "glm46v": _GLM,
    "glm4v": _GLM,
    "glm4v_moe": _GLM,
    "internvl": Convention(tagged.internvl_boxes, _THOUSANDTHS, r"</?(?:ref|box)>"),
    "kosmos-2": Convention(
        tagged.kosmos_boxes, Grid((32, 32)),
        r"<patch_index_\d+>|</?(?:phrase|object)>|</delimiter_of_multi_objects/>", of_frame=True,
    ),
    "lfm2_vl": Convention(json_places.written_places, _FRACTIONS),
    "llava": _STARTER,
    "molmo2": Convention(tagged.molmo_points, _THOUSANDTHS),
    "paligemma": Convention(
        tagged.paligemma_boxes, Grid((1024, 1024), 0.5, rows_first=True),
        r"<loc\d{4}>", of_frame=True,
    ),
    "qwen2_vl": _QWEN2,
    "qwen2_5_vl": _QWEN2_5,
    "qwen3_5": _QWEN3,
    "qwen3_5_moe": _QWEN3,
    "qwen3_vl": _QWEN3,
    "qwen3_vl_moe": _QWEN3,
}  # fmt: skip
"""By the ``model_type`` of a checkpoint's ``config.json``."""


def is_place_token(token: str) -> bool:
    """Return whether a special token says where something is, in any family's words."""
    return _PLACE_TOKEN.fullmatch(token) is not None


_PLACE_TOKEN = re.compile("|".join(each.kept for each in CONVENTIONS.values() if each.kept))
