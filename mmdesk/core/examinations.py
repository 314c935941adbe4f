"""What can be asked about an answer: what the model saw, how sure it was, why it said that."""

from __future__ import annotations

from mmdesk.core.choices import Choice
from mmdesk.core.errors import MmdeskError
from mmdesk.core.matching import Matches, MatchPicture
from mmdesk.core.messages import Message, Picture
from mmdesk.core.requests import LoadModel
from mmdesk.core.sight import Box, SeenPicture
from mmdesk.core.values import value

ExaminationId = str
"""Names one examination while the application runs; whoever asks makes them."""


@value
class InspectPicture:
    """Make visible what the model gets of a picture; ends in :class:`PictureInspected`."""

    id: ExaminationId
    picture: Picture
    model: LoadModel | None = None


@value
class ScoreAnswer:
    """Compute how probable an answer's tokens were; ends in :class:`AnswerScored`.

    Attributes:
        messages: The conversation up to the question.
        tokens: The answer's, as its run has them.
        alternatives: How many other tokens to name for each.
        choices: Answers that exclude each other, whose probabilities are wanted too.
    """

    id: ExaminationId
    messages: tuple[Message, ...]
    tokens: tuple[int, ...]
    alternatives: int = 4
    choices: tuple[Choice, ...] = ()
    model: LoadModel | None = None


@value
class ExplainAnswer:
    """Find what in a picture an answer rests on; ends in :class:`AnswerExplained`.

    Each region is covered in turn, with the colours around it, and the answer's tokens are scored
    again: where the log-likelihood drops, there it was read.

    Attributes:
        first, last: The tokens that are asked about, ``last`` not among them; None is all.
        image: The picture's number in the prompt, from 0.
        regions: In pixels of the picture; () is a grid over all of it.
    """

    id: ExaminationId
    messages: tuple[Message, ...]
    tokens: tuple[int, ...]
    image: int = 0
    first: int = 0
    last: int | None = None
    regions: tuple[Box, ...] = ()
    model: LoadModel | None = None


@value
class CheckClaim:
    """Compare a picture with texts; ends in :class:`ClaimChecked`.

    The contrastive model is loaded beside the chat model.
    """

    id: ExaminationId
    match: MatchPicture


AnswerExamination = InspectPicture | ScoreAnswer | ExplainAnswer
"""By the chat model itself."""

Examination = AnswerExamination | CheckClaim


@value
class PictureInspected:
    """What entered the model: each frame made back from the processor's tensor.

    Attributes:
        seen: Where the frames lie on the picture.
        frames: PNG files, in the same order; () where the model's layout of pixels isn't known.
    """

    id: ExaminationId
    seen: SeenPicture
    frames: tuple[bytes, ...]


@value
class Alternative:
    """Another token that might have stood there."""

    text: str
    probability: float


@value
class ScoredToken:
    """A token of an answer.

    Attributes:
        start, end: Its characters in the answer; none for the beginning of a character.
        probability: The softmax of the model's logits, at temperature 1.
        alternatives: The most probable tokens in its place, itself among them if it is one.
    """

    start: int
    end: int
    probability: float
    alternatives: tuple[Alternative, ...] = ()


@value
class AnswerScored:
    """How probable an answer's tokens were, by the model that is loaded.

    Attributes:
        choices: Those that were asked for, by their labels, with probabilities that sum to 1.
    """

    id: ExaminationId
    tokens: tuple[ScoredToken, ...]
    choices: tuple[Alternative, ...] = ()


@value
class ExaminationProgressed:
    """``done`` of ``total`` regions are covered and scored."""

    id: ExaminationId
    done: int
    total: int


@value
class Region:
    """A region that was covered.

    Attributes:
        box: In pixels of the picture.
        drop: By how much the log-likelihood of what was asked about fell, in nats.
    """

    box: Box
    drop: float


@value
class AnswerExplained:
    """How much each region matters.

    Attributes:
        columns, rows: Of the grid; 0 where the regions were given.
        likelihood: The logarithm of the answer's probability with nothing covered.
    """

    id: ExaminationId
    regions: tuple[Region, ...]
    likelihood: float
    columns: int = 0
    rows: int = 0


@value
class ClaimChecked:
    """How well each text fits the picture."""

    id: ExaminationId
    matches: Matches


@value
class ExaminationFailed:
    """It can't be said."""

    id: ExaminationId
    error: MmdeskError


Examined = PictureInspected | AnswerScored | AnswerExplained | ClaimChecked
