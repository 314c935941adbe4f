"""BLIP: ViT, and a BERT that looks at the picture while it writes the caption."""

from __future__ import annotations

from pathlib import Path

from transformers import (
    BertTokenizer,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipImageProcessor,
    BlipProcessor,
)

from tests.unit.engine.families.checkpoint import CONTEXT, SMALL, save
from tests.unit.engine.families.family import Family
from tests.unit.engine.tiny_models import CORPUS

SIDE, PATCH = 28, 14
SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", "[ENC]")


def _make(directory: Path) -> Path:
    letters = sorted(set("".join(CORPUS).lower()) - {" ", "\n"})
    pieces = (*SPECIALS, *letters, *(f"##{letter}" for letter in letters))
    tokenizer = BertTokenizer(vocab={piece: number for number, piece in enumerate(pieces)})
    tokenizer.add_tokens(["[DEC]", "[ENC]"], special_tokens=True)
    processor = BlipProcessor(
        BlipImageProcessor(size={"height": SIDE, "width": SIDE}), tokenizer=tokenizer
    )
    number = tokenizer.convert_tokens_to_ids
    config = BlipConfig(
        vision_config={**SMALL, "image_size": SIDE, "patch_size": PATCH},
        text_config={
            **SMALL, "vocab_size": len(tokenizer), "encoder_hidden_size": 32,
            "max_position_embeddings": CONTEXT, "bos_token_id": number("[DEC]"),
            "eos_token_id": number("[SEP]"), "sep_token_id": number("[SEP]"),
            "pad_token_id": number("[PAD]"),
        },
        projection_dim=32,
    )  # fmt: skip
    return save(directory, lambda: BlipForConditionalGeneration(config), processor)


FAMILY = Family("BLIP", "blip", "BlipProcessor", _make, style="caption", multi_image=False)
