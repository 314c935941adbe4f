"""What turning one token into text costs, early and late in an answer; run by bench ui.

python -m mmdesk.bench.detokenize STARTED
"""

from __future__ import annotations

import json
import statistics
import sys
import time

from mmdesk import paths
from mmdesk.bench.long_answers import tokens
from mmdesk.engine.detokenizer import detokenizer_for

PLACES = (250, 4000, 16_000)
"""Tokens before which the cost of one more is looked at."""
_AROUND = 200
_ROUNDS = 5


def main() -> int:
    """Print the microseconds of a token at each place, with the starter's tokenizer."""
    from transformers import PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast.from_pretrained(paths.starter(), local_files_only=True)
    text = "".join(tokens("mixed", PLACES[-1]))
    ids = tokenizer.encode(text, add_special_tokens=False)
    ids = (ids * (1 + PLACES[-1] // len(ids)))[: PLACES[-1]]
    costs: dict[int, list[float]] = {place: [] for place in PLACES}
    for _ in range(_ROUNDS):
        detokenizer = detokenizer_for(tokenizer)
        times = []
        for token in ids:
            began = time.thread_time()
            detokenizer.push(token)
            times.append(1e6 * (time.thread_time() - began))
        for place in PLACES:
            costs[place].append(statistics.median(times[place - _AROUND : place]))
    print(json.dumps({str(place): statistics.median(costs[place]) for place in PLACES}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
