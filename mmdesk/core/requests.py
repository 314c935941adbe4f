"""What the worker is asked to do: one frozen dataclass per request."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from pathlib import Path

from mmdesk.core.messages import Message
from mmdesk.core.speech import UtteranceId
from mmdesk.core.values import value

TurnId = str
"""Names one question and its answer while the application runs; the session makes them."""


@value
class GenerationSettings:
    """How an answer is sampled.

    Attributes:
        temperature: 0 is greedy: the same answer every time.
        top_p: Nucleus sampling (Holtzman et al., 2020), in (0, 1].
        max_tokens: The longest answer, in tokens.
        seed: Seeds the sampler; None draws a fresh one.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 1024
    seed: int | None = None


@value
class LoadModel:
    """Load the checkpoint in ``path``, replacing the one that is loaded.

    Attributes:
        device: "auto", "cuda", "mps" or "cpu".
        dtype: "auto", "float32", "bfloat16", "float16", "int8" or "int4"; the last two pack the
            weights where the device can (see :mod:`mmdesk.engine.devices`).
        threads: CPU threads for inference; 0 is as many as are fastest with this model, which is
            measured, and the number of cores less one at most.
    """

    path: Path
    device: str = "auto"
    dtype: str = "auto"
    threads: int = 0


@value
class Begun:
    """The beginning of an answer.

    Attributes:
        text: What the model has written.
        tokens: Its tokens, where they are known; else the text is cut into tokens anew.
    """

    text: str
    tokens: tuple[int, ...] = ()


@value
class AnswerQuestion:
    """Continue ``messages`` (the last one is the user's) with an answer.

    Attributes:
        model: Who answers; another model that is loaded makes way for it. None is whichever is.
        begun: A stopped answer that is gone on with: only what is new is emitted and returned.
    """

    turn: TurnId
    messages: tuple[Message, ...]
    settings: GenerationSettings = field(default_factory=GenerationSettings)
    model: LoadModel | None = None
    begun: Begun | None = None


@value
class Prefill:
    """Read what a question will probably begin with; whatever fails is left alone.

    Attributes:
        messages: The conversation; the last one is the question as far as it is known, without
            its text. None at all: what is being read is not needed any more.
        model: Who is to read them; nothing happens while another one is loaded.
    """

    messages: tuple[Message, ...]
    model: LoadModel | None = None

    def begins(self, messages: tuple[Message, ...]) -> bool:
        """Whether other messages go on from these: reading them is a part of reading those."""
        if not 0 < len(self.messages) <= len(messages):
            return False
        *before, last = self.messages
        other = messages[len(before)]
        return (
            tuple(before) == messages[: len(before)]
            and last.role is other.role
            and last.parts == other.parts[: len(last.parts)]
        )


class Script(StrEnum):
    """In which characters Chinese is written."""

    SIMPLIFIED = "simplified"
    TRADITIONAL = "traditional"


@value
class VoiceSettings:
    """How mmdesk listens.

    Attributes:
        device: The microphone's name; "" is the system's default.
        language: Whisper's code of the language that is spoken; "" detects it each time.
        script: For Chinese.
        send_at_once: Whether a transcript is sent without being read first.
        keep_recordings: Whether the recording stays with the message.
        cut_context: Whether short speech is encoded without the rest of Whisper's 30 s.
        silence_s: The pause that ends a question when hands-free.
    """

    device: str = ""
    language: str = ""
    script: Script = Script.SIMPLIFIED
    send_at_once: bool = False
    keep_recordings: bool = True
    cut_context: bool = True
    silence_s: float = 0.8


@value
class SpeechModel:
    """Which speech model hears, and where it runs.

    Attributes:
        path: A folder with ``config.json`` and safetensors, or one of OpenAI's ``.pt`` files.
        device, dtype: As for :class:`LoadModel`.
        threads: CPU threads; 0 is the number of cores less one.
    """

    path: Path
    device: str = "auto"
    dtype: str = "auto"
    threads: int = 0


@value
class Transcribe:
    """Write down what is said in ``samples``, at most 30 s; the model is loaded if need be.

    Attributes:
        samples: See :mod:`mmdesk.core.speech`. Empty only loads the model.
        language: Whisper's code, or None to detect it.
        final: False for a partial transcript: one greedy pass, no retry, no words.
        word_times: Whether words get their start and end.
        cut_context: Whether the encoder may look at the speech alone instead of 30 s.
        script: For Chinese text.
    """

    utterance: UtteranceId
    samples: bytes
    model: SpeechModel
    language: str | None = None
    final: bool = True
    word_times: bool = False
    cut_context: bool = True
    script: Script = Script.SIMPLIFIED


@value
class Shutdown:
    """Free the model and end the worker."""


Request = LoadModel | AnswerQuestion | Prefill | Transcribe | Shutdown
