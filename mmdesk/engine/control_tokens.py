"""Text that a person wrote stays text, also where it reads "<image>" or "<|im_end|>"."""

from __future__ import annotations

import re

from transformers import PreTrainedTokenizerBase, ProcessorMixin

_ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"


class ControlTokens:
    """The strings that mean more than text to one tokenizer or processor.

    transformers' own ``sanitize_control_tokens`` isn't used: processors with a ``__call__`` of
    their own (Idefics3) still take a marked "<image>" for a picture.
    """

    def __init__(self, processor: ProcessorMixin, tokenizer: PreTrainedTokenizerBase) -> None:
        added = tokenizer.added_tokens_decoder.values()
        tokens = {token.content for token in added if token.special}
        for kind in ("image", "video", "audio", "boi", "eoi"):
            token = getattr(processor, f"{kind}_token", None)
            tokens |= {token} if isinstance(token, str) else set()
        # A single character can't be broken, and "(?!)" never matches.
        longest_first = sorted((token for token in tokens if len(token) > 1), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")

    def defuse(self, text: str) -> str:
        """Return ``text`` with an invisible break in each of them."""
        return self._pattern.sub(lambda match: broken(match.group()), text)


def broken(token: str) -> str:
    """Return a token that reads the same and means nothing."""
    return token[0] + _ZERO_WIDTH_SPACE + token[1:]
