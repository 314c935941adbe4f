"""InstructBLIP: BLIP-2 whose Q-Former reads the question too."""

from __future__ import annotations

from pathlib import Path

from transformers import (
    BertTokenizer,
    InstructBlipConfig,
    InstructBlipForConditionalGeneration,
    InstructBlipProcessor,
)

from tests.unit.engine.families.blip_2 import QFORMER, QUERIES, VISION, pictures, tokenizer_with
from tests.unit.engine.families.checkpoint import save, text_sizes, token_id
from tests.unit.engine.families.family import Family

PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz?.")


def _make(directory: Path) -> Path:
    tokenizer = tokenizer_with("</s> $A")
    pieces = (*PIECES, *(f"##{piece}" for piece in PIECES[5:]))
    processor = InstructBlipProcessor(
        image_processor=pictures(),
        tokenizer=tokenizer,
        qformer_tokenizer=BertTokenizer(vocab={piece: n for n, piece in enumerate(pieces)}),
        num_query_tokens=QUERIES,
    )
    config = InstructBlipConfig(
        vision_config=VISION,
        qformer_config=QFORMER | {"vocab_size": len(pieces)},
        text_config={"model_type": "llama", **text_sizes(tokenizer)},
        num_query_tokens=QUERIES,
        image_token_index=token_id(tokenizer, "<image>"),
    )
    return save(directory, lambda: InstructBlipForConditionalGeneration(config), processor)


FAMILY = Family(
    "InstructBLIP",
    "instructblip",
    "InstructBlipProcessor",
    _make,
    style="prompt",
    multi_image=False,
)
