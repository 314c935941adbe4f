"""Puts a person's questions to a chat model."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mmdesk.core.boxes import Corners, parsed_boxes, without_boxes
from mmdesk.core.claims import has_han
from mmdesk.core.errors import InternalError, MmdeskError
from mmdesk.core.messages import Message, assistant_message, user_message
from mmdesk.evaluate.own.chat import Chat
from mmdesk.evaluate.own.examples import Kind, Task
from mmdesk.evaluate.own.pictures import Pictures
from mmdesk.evaluate.own.yes_no import expected
from mmdesk.training.own.folder import Turn

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """A question, and what the model made of it.

    Attributes:
        turn: The question with people's answers.
        boxes: Those of the right answer; None where there are none to find.
        answer: "" where there is none.
        yes: Whether yes is right; None where neither yes nor no is.
        probability: Of yes against no, by the model.
        problem: Why there is no answer.
    """

    kind: Kind
    line: int
    turn: Turn
    boxes: tuple[Corners, ...] | None = None
    answer: str = ""
    yes: bool | None = None
    probability: float | None = None
    problem: MmdeskError | None = None

    @property
    def words(self) -> str:
        """What the model says in words."""
        return without_boxes(self.answer) if self.boxes is not None else self.answer

    @property
    def expected_words(self) -> tuple[str, ...]:
        """What people say in words; () where only boxes are asked for."""
        bare = (without_boxes(text) for text in self.turn.answers)
        return tuple(text for text in bare if text)

    @property
    def found(self) -> list[Corners]:
        """The boxes of the model's answer."""
        return [box for box, _ in parsed_boxes(self.answer)]

    @property
    def chinese(self) -> bool:
        """Whether it is asked in Chinese."""
        return has_han(self.turn.question)


def ask(chat: Chat, pictures: Pictures, task: Task, append: str = "") -> Iterator[Reply]:
    """Ask turn by turn, each after the model's own answers to those before.

    A turn that fails has its problem, and so have those after it.

    Args:
        append: Stands below each question.
    """
    history: list[Message] = []
    problem: MmdeskError | None = None
    for turn in task.turns:
        reply = _unanswered(task, turn)
        if problem is None:
            try:
                if not history:
                    shown = tuple(pictures.get(path) for path in task.pictures)
                    history.append(user_message(_question(turn, append), shown))
                else:
                    history.append(user_message(_question(turn, append)))
                reply = _answered(chat, reply, history)
                history.append(assistant_message(reply.answer))
            except MmdeskError as error:
                problem = error
            except Exception as error:  # of the model's code; the others may go well
                _LOG.exception("line %d", task.line)
                problem = InternalError.of(error)
        yield reply if problem is None else replace(reply, problem=problem)
    pictures.tidy()


def _question(turn: Turn, append: str) -> str:
    return f"{turn.question}\n{append}" if append else turn.question


def _unanswered(task: Task, turn: Turn) -> Reply:
    boxes = task.boxes
    if boxes is None and task.kind is Kind.QUESTION:
        boxes = tuple(box for box, _ in parsed_boxes(turn.answers[0])) or None
    yes = expected(turn.answers) if task.kind is Kind.QUESTION else None
    return Reply(task.kind, task.line, turn, boxes, yes=yes)


def _answered(chat: Chat, reply: Reply, history: list[Message]) -> Reply:
    answer = chat.answer(history)
    probability = chat.yes(history) if reply.yes is not None else None
    return replace(reply, answer=answer, probability=probability)
