"""GIT: a picture's features before the text, one transformer over both."""

from __future__ import annotations

from pathlib import Path

from transformers import BertTokenizer, CLIPImageProcessor, GitConfig, GitForCausalLM, GitProcessor

from tests.unit.engine.families.checkpoint import SMALL, save
from tests.unit.engine.families.family import Family
from tests.unit.engine.families.instruct_blip import PIECES

SIDE, PATCH = 28, 14


def _make(directory: Path) -> Path:
    pieces = (*PIECES, *(f"##{piece}" for piece in PIECES[5:]))
    tokenizer = BertTokenizer(
        vocab={piece: number for number, piece in enumerate(pieces)},
        model_input_names=["input_ids", "attention_mask"],
    )
    image_processor = CLIPImageProcessor(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
    )
    config = GitConfig(
        vision_config={**SMALL, "image_size": SIDE, "patch_size": PATCH},
        **SMALL,
        vocab_size=len(pieces),
        bos_token_id=tokenizer.cls_token_id,
        eos_token_id=tokenizer.sep_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    processor = GitProcessor(image_processor, tokenizer)
    return save(directory, lambda: GitForCausalLM(config), processor)


FAMILY = Family("GIT", "git", "GitProcessor", _make, style="prompt", multi_image=False)
