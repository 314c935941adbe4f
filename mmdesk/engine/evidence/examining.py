"""Looks closer at a picture or an answer, with the model that is loaded."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator

from mmdesk.core.errors import ExaminationOutOfMemory, NotExaminable
from mmdesk.core.examinations import (
    AnswerExamination,
    Examined,
    ExplainAnswer,
    InspectPicture,
    PictureInspected,
    ScoreAnswer,
)
from mmdesk.core.protocols import EventSink
from mmdesk.engine.evidence.occlusion import explain_answer
from mmdesk.engine.evidence.scores import score_answer
from mmdesk.engine.evidence.sight import png
from mmdesk.engine.loading import LoadedModel
from mmdesk.engine.memory import limited_to_free_memory
from mmdesk.models.hardware import is_out_of_memory

_LOG = logging.getLogger(__name__)


def examine(
    loaded: LoadedModel,
    request: AnswerExamination,
    emit: EventSink,
    cancelled: Callable[[], bool],
) -> Examined | None:
    """Do what is asked; see :class:`~mmdesk.core.protocols.ChatEngine`."""
    with _refusals_told(loaded), limited_to_free_memory(loaded.placement.device):
        match request:
            case InspectPicture(id=number, picture=picture):
                frames = tuple(map(png, loaded.sight.frames(picture)))
                return PictureInspected(number, loaded.sight.seen(picture), frames)
            case ScoreAnswer():
                return score_answer(loaded, request, cancelled)
            case ExplainAnswer():
                return explain_answer(loaded, request, emit, cancelled)


@contextlib.contextmanager
def _refusals_told(loaded: LoadedModel) -> Iterator[None]:
    """Say in a sentence that a model can't be read that way: some generate in ways of their own.

    Raises:
        ExaminationOutOfMemory, NotExaminable: in the block, another error was.
    """
    try:
        yield
    except (MemoryError, RuntimeError, TypeError, ValueError, IndexError, AttributeError) as error:
        if is_out_of_memory(error):
            raise ExaminationOutOfMemory(device=loaded.placement.device_name) from None
        _LOG.info("the answer can't be examined", exc_info=True)
        raise NotExaminable(model=loaded.info.name) from error
