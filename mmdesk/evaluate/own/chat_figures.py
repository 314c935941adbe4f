"""How right a chat model's answers are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mmdesk.core.claims import has_han
from mmdesk.core.figures import Figure
from mmdesk.evaluate.answers import exact_match, vqa_accuracy
from mmdesk.evaluate.calibration import expected_calibration_error
from mmdesk.evaluate.captions import bleu, cider
from mmdesk.evaluate.own.asking import Reply
from mmdesk.evaluate.own.examples import Kind
from mmdesk.evaluate.pointed import average_precision, first_iou


def figures(replies: Sequence[Reply], seed: int | None) -> list[Figure]:
    """Return the figures that the questions call for; no answer is a wrong one."""
    found = _questions(replies, seed) + _captions(replies, seed) + _pointing(replies, seed)
    asked = [reply for reply in replies if reply.yes is not None]
    if asked:
        sure, right = calibration(asked)
        error = expected_calibration_error(sure, right) if sure else None
        found.append(Figure("ece", error, "ECE", len(sure), seed, lower=True))
    silent = sum(not reply.answer for reply in replies)
    of = f"of {len(replies)}"
    found.append(Figure("unanswered", silent, of, len(replies), seed, lower=True))
    return found


def calibration(replies: Sequence[Reply]) -> tuple[list[float], list[bool]]:
    """Return how sure the model was of yes or no, and whether rightly; where both are known."""
    known = [
        (reply.probability, reply.yes)
        for reply in replies
        if reply.probability is not None and reply.yes is not None
    ]
    return [max(p, 1 - p) for p, _ in known], [(p > 0.5) is yes for p, yes in known]


def wrong(reply: Reply) -> str | None:
    """Return what is wrong with an answer, for people; None for a right one or a caption."""
    if reply.kind is Kind.CAPTION:
        return None
    expected = list(reply.expected_words)
    if expected and not vqa_accuracy(reply.words, expected):
        return f"{reply.turn.question!r} -> {reply.answer!r}, not {expected[0]!r}"
    if reply.boxes is not None and average_precision([(reply.found, reply.boxes)]) < 1:
        if not reply.boxes and not reply.found:
            return None
        return f"{reply.turn.question!r} -> {reply.found}, not {list(reply.boxes)}"
    return None


def _questions(replies: Sequence[Reply], seed: int | None) -> list[Figure]:
    asked = [each for each in replies if each.kind is Kind.QUESTION and each.expected_words]

    def soft(reply: Reply) -> float:
        return vqa_accuracy(reply.words, reply.expected_words)

    def exact(reply: Reply) -> float:
        return float(exact_match(reply.words, reply.expected_words))

    found = []
    measures: tuple[tuple[str, Callable[[Reply], float]], ...]
    measures = (("vqa_accuracy", soft), ("exact_match", exact))
    for name, measure in measures:
        for ending, part in _languages(asked):
            share = sum(map(measure, part)) / len(part)
            found.append(Figure(f"{name}{ending}", share, "share", len(part), seed))
        if len({reply.chinese for reply in asked}) > 1:
            share = sum(map(measure, asked)) / len(asked)
            found.append(Figure(name, share, "share", len(asked), seed))
    return found


def _languages(replies: Sequence[Reply]) -> list[tuple[str, list[Reply]]]:
    """Return the replies by language, each with its name's ending; "" where there is one alone."""
    parts = [("_en", [each for each in replies if not each.chinese]),
             ("_zh", [each for each in replies if each.chinese])]  # fmt: skip
    there = [(ending, part) for ending, part in parts if part]
    return there if len(there) > 1 else [("", part) for _, part in there]


def _captions(replies: Sequence[Reply], seed: int | None) -> list[Figure]:
    found = []
    for ending, part in _languages([each for each in replies if each.kind is Kind.CAPTION]):
        said = [reply.answer for reply in part]
        references = [reply.turn.answers for reply in part]
        chinese = has_han(references[0][0])
        score = bleu(said, references, chinese=chinese)
        found.append(Figure(f"bleu{ending}", score, "BLEU", len(part), seed))
        consensus = cider(said, references)
        mean = sum(consensus) / len(consensus) if len(part) > 1 else None
        found.append(Figure(f"cider{ending}", mean, "CIDEr-D", len(part), seed))
    return found


def _pointing(replies: Sequence[Reply], seed: int | None) -> list[Figure]:
    asked = [(each.found, each.boxes) for each in replies if each.boxes is not None]
    if not asked:
        return []
    overlaps = [first_iou(found, boxes) for found, boxes in asked if len(boxes) == 1]
    mean = sum(overlaps) / len(overlaps) if overlaps else None
    precision = average_precision(asked) if any(boxes for _, boxes in asked) else None
    return [Figure("mean_iou", mean, "IoU", len(overlaps), seed),
            Figure("ap50", precision, "AP", len(asked), seed)]  # fmt: skip
