"""A chat model of any family, asked through the app's own engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmdesk.core.claims import has_han
from mmdesk.core.errors import ModelNeedsPackage
from mmdesk.core.messages import Message, pictures_of
from mmdesk.core.reasoning import split_reasoning
from mmdesk.core.requests import AnswerQuestion, GenerationSettings, LoadModel
from mmdesk.evaluate.own.yes_no import first_tokens
from mmdesk.models.checkpoint import read_config

LONGEST_ANSWER = 512
"""Tokens."""


class Chat:
    """A loaded model that answers greedily.

    Args:
        longest: Tokens of an answer.

    Raises:
        ModelError: it can't be loaded.
    """

    def __init__(self, request: LoadModel, longest: int = LONGEST_ANSWER) -> None:
        config = read_config(request.path)
        try:
            from mmdesk.engine.loading import load_model
            from mmdesk.engine.prompt import tokenizer_of
        except ImportError as error:
            package = error.name or str(error)
            raise ModelNeedsPackage(path=str(request.path), package=package) from error
        self._loaded = load_model(request, config, lambda event: None)
        self._settings = GenerationSettings(max_tokens=longest)
        tokenizer = tokenizer_of(self._loaded.processor)
        self._either = {
            chinese: first_tokens(tokenizer, chinese=chinese) for chinese in (False, True)
        }

    def answer(self, messages: Sequence[Message]) -> str:
        """Return the answer, without a reasoning model's thought.

        Raises:
            GenerationError, PictureError: there is none.
        """
        from mmdesk.engine.answering import answer_question

        request = AnswerQuestion("eval", tuple(messages), self._settings)
        finished = answer_question(self._loaded, request, lambda event: None, lambda: False)
        reply = split_reasoning(finished.text)
        return "" if reply.thinking else reply.answer.strip()

    def yes(self, messages: Sequence[Message]) -> float | None:
        """Return the probability of yes against no in the question's language.

        Softmax over the first token of the answer, of those that begin a yes or a no. None where
        the tokenizer begins both with the same ones, or the answer begins with a thought.

        Raises:
            GenerationError, PictureError: the question can't be read.
        """
        either = self._either[has_han(messages[-1].text)]
        read = self._prompt(messages) if either is not None else None
        if either is None or read is None:
            return None
        import torch

        with torch.inference_mode():
            made = self._loaded.model.generate(  # type: ignore[operator]
                **read, max_new_tokens=1, do_sample=False, output_logits=True,
                return_dict_in_generate=True,
            )  # fmt: skip
        logits = made.logits[0][0].double()
        both = torch.stack([logits[list(ids)].logsumexp(0) for ids in either])
        return float(both.softmax(0)[0])

    def _prompt(self, messages: Sequence[Message]) -> dict[str, Any] | None:
        from mmdesk.engine.continuing import inputs_with, with_possible_tokens

        loaded = self._loaded
        asked = with_possible_tokens(loaded.model, loaded.processor, tuple(messages))
        prompt = loaded.prompts.build(asked, 1, lambda done, total: None)
        if prompt.opening:
            return None
        inputs = inputs_with(loaded.model, prompt, ())
        return loaded.reader.read(inputs, pictures_of(asked)).arguments
