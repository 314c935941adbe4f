"""Tokenizers and chat templates in the formats that the families publish theirs in."""

from __future__ import annotations

import json
from typing import Any

from tokenizers import AddedToken, Tokenizer
from transformers import GemmaTokenizer, PreTrainedTokenizerBase, Qwen2Tokenizer

from tests.unit.engine.tiny_models import byte_fallback_tokenizer, byte_level_tokenizer, fast

CHATML = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")
QWEN_VISION = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")


def qwen_tokenizer(
    *specials: str, kind: type[PreTrainedTokenizerBase] = Qwen2Tokenizer, **named: str
) -> PreTrainedTokenizerBase:
    """Return a byte-level BPE with ChatML's tokens.

    Args:
        specials: Tokens beside ChatML's.
        kind: A tokenizer class that takes ``vocab`` and ``merges``.
        named: Tokens that become attributes of the tokenizer, as in ``image_token="<image>"``.
    """
    vocabulary, merges = _bpe(byte_level_tokenizer(*CHATML))
    tokenizer: Any = kind(
        vocab=vocabulary,
        merges=merges,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        extra_special_tokens=named,
    )
    return _with_specials(tokenizer, (*CHATML, *specials))


def gemma_tokenizer(*specials: str, **named: str) -> PreTrainedTokenizerBase:
    """Return a BPE with byte fallback as Gemma's; arguments as for :func:`qwen_tokenizer`."""
    learned, merges = _bpe(byte_fallback_tokenizer())
    own = [token for token in learned if token not in ("<unk>", "<s>", "</s>")]
    first = ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>")
    tokenizer: Any = GemmaTokenizer(
        vocab={token: number for number, token in enumerate((*first, *own))},
        merges=merges,
        extra_special_tokens=named,
    )
    return _with_specials(tokenizer, specials)


def mistral_tokenizer(*specials: str, **named: str) -> PreTrainedTokenizerBase:
    """Return a BPE with byte fallback as Llama 2's and Mistral's."""
    tokenizer: Any = fast(
        byte_fallback_tokenizer(),
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<unk>",
        extra_special_tokens=named,
    )
    return _with_specials(tokenizer, specials)


def chatml(image: str, *, answer: str = "") -> str:
    """Return a ChatML template.

    Args:
        image: What stands in the place of a picture.
        answer: What the prompt gives the answer to begin with.
    """
    return (
        "{%- for message in messages %}{{ '<|im_start|>' + message.role + '\\n' }}"
        "{%- if message.content is string %}{{ message.content }}{% else %}"
        "{%- for part in message.content %}"
        "{%- if part.type == 'image' or 'image' in part %}{{ '" + image + "' }}"
        "{%- elif 'text' in part %}{{ part.text }}{% endif %}"
        "{%- endfor %}{% endif %}{{ '<|im_end|>\\n' }}"
        "{%- endfor %}"
        "{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n" + answer + "' }}{% endif %}"
    )


def _bpe(tokenizer: Tokenizer) -> tuple[dict[str, int], Any]:
    """Return the vocabulary and the merges (pairs), in the order of their ids."""
    model = json.loads(tokenizer.to_str())["model"]
    vocabulary = dict(sorted(model["vocab"].items(), key=lambda entry: entry[1]))
    return vocabulary, [tuple(merge) for merge in model["merges"]]


def _with_specials(tokenizer: Any, specials: tuple[str, ...]) -> PreTrainedTokenizerBase:
    tokenizer.add_tokens([AddedToken(token, special=True, normalized=False) for token in specials])
    assert isinstance(tokenizer, PreTrainedTokenizerBase)
    return tokenizer
