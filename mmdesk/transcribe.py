"""``mmdesk transcribe``: sound files to text, subtitles or JSON."""

from __future__ import annotations

import argparse
import json
import queue
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from mmdesk import compose, paths
from mmdesk.core.errors import MmdeskError, NotMedia, SoundSilent
from mmdesk.core.events import Event
from mmdesk.core.requests import Transcribe
from mmdesk.core.speech import Recording, Segment, Transcript, Word
from mmdesk.logs import open_log
from mmdesk.session.sound_files import clock, transcribe_recording
from mmdesk.settings import Settings, load_settings
from mmdesk.terminal import CONTROLS

_CUE_SECONDS = 6.0
_CUE_CHARACTERS = 84
"""Two lines of subtitles, as broadcasters set them."""


def run(arguments: argparse.Namespace) -> int:
    """Transcribe every file; return 1 if one of them couldn't be."""
    open_log(paths.log_file())
    settings = load_settings(paths.settings_file())
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    application = compose.build(events.put, settings, engine=arguments.engine, keep=False)
    application.worker.start()
    status = 0
    try:
        hearing = Hearing(application, settings, arguments.speech_model, arguments.language)
        for path in arguments.files:
            try:
                _print(path, hearing.transcript(path, times=_wants_times(arguments)), arguments)
            except MmdeskError as error:
                status = 1
                _clear()
                said = f"mmdesk: {error.message}\n  {error.hint}"
                print(said.translate(CONTROLS), file=sys.stderr)
    finally:
        application.close()
    return status


class Hearing:
    """Reads sound files and has them transcribed, for commands without a window.

    Args:
        speech_model: Another speech model than the settings name.
        language: Whisper's code; None is that of the settings.
    """

    def __init__(
        self,
        application: compose.Application,
        settings: Settings,
        speech_model: Path | None,
        language: str | None,
    ) -> None:
        self._application = application
        self._model = settings.speech(paths.starter_speech(), speech_model)
        self._voice = settings.voice
        self._language = language if language is not None else settings.voice.language

    def transcript(self, path: Path, *, times: bool = False) -> Transcript:
        """Return what is said in a file.

        Args:
            times: Whether the words get their times.

        Raises:
            MediaError: it can't be read, or nobody speaks in it.
            SpeechError: it can't be transcribed.
        """
        recording = self._application.reader.read(path)
        if not isinstance(recording, Recording):
            raise NotMedia(name=path.name)

        def ask(samples: bytes, language: str | None) -> Transcript:
            request = Transcribe(
                str(path),
                samples,
                self._model,
                language=self._language or language,
                word_times=times,
                cut_context=self._voice.cut_context,
                script=self._voice.script,
            )
            return self._ask(request)

        def progress(done: float) -> None:
            _show(f"{path.name}: {clock(done)} of {clock(recording.seconds)}")

        _show(f"{path.name}: loading the speech model")
        heard = transcribe_recording(recording, self._application.sound, ask, progress)
        _clear()
        if not heard.segments:
            raise SoundSilent(name=recording.name)
        return heard

    def _ask(self, request: Transcribe) -> Transcript:
        replies: queue.SimpleQueue[Transcript | MmdeskError | None] = queue.SimpleQueue()
        self._application.worker.transcribe(request, replies.put)
        reply = replies.get()
        if isinstance(reply, MmdeskError):
            raise reply
        assert reply is not None  # nobody else asks the worker for anything
        return reply


def cues(segments: Iterable[Segment]) -> list[Segment]:
    """Cut segments into subtitles, at most six seconds and two lines long each.

    Needs the times of the words; a segment without them stays whole.
    """
    found: list[Segment] = []
    for segment in segments:
        line: list[Word] = []
        for word in segment.words:
            if line and _too_long([*line, word]):
                found.append(_cue(line))
                line = []
            line.append(word)
        found.append(_cue(line) if line and line[0].start is not None else segment)
    return found


def _too_long(words: list[Word]) -> bool:
    start, end = words[0].start, words[-1].end
    if start is None or end is None:
        return False
    text = "".join(word.text for word in words).strip()
    return end - start > _CUE_SECONDS or len(text) > _CUE_CHARACTERS


def _cue(words: list[Word]) -> Segment:
    text = "".join(word.text for word in words).strip()
    return Segment(words[0].start or 0.0, words[-1].end or 0.0, text, tuple(words))


def _wants_times(arguments: argparse.Namespace) -> bool:
    return bool(arguments.json or arguments.format != "text")


def _print(path: Path, heard: Transcript, arguments: argparse.Namespace) -> None:
    if arguments.json:
        print(json.dumps(_document(path, heard), ensure_ascii=False), flush=True)
        return
    if len(arguments.files) > 1 and arguments.format == "text":
        print(f"{path}:")
    writer: Callable[[Transcript], str] = {"text": _text, "srt": _srt, "vtt": _vtt}[
        arguments.format
    ]
    text = writer(heard)
    print(text.translate(CONTROLS) if sys.stdout.isatty() else text, flush=True)


def _document(path: Path, heard: Transcript) -> dict[str, object]:
    return {
        "file": str(path),
        "language": heard.language,
        "text": " ".join(segment.text.strip() for segment in heard.segments),
        "segments": [
            {
                "start": round(segment.start, 2),
                "end": round(segment.end, 2),
                "text": segment.text.strip(),
                "words": [_word(word) for word in segment.words],
            }
            for segment in heard.segments
        ],
    }


def _word(word: Word) -> dict[str, object]:
    return {
        "start": None if word.start is None else round(word.start, 2),
        "end": None if word.end is None else round(word.end, 2),
        "text": word.text,
        "probability": round(word.probability, 3),
    }


def _text(heard: Transcript) -> str:
    return "\n".join(segment.text.strip() for segment in heard.segments)


def _srt(heard: Transcript) -> str:
    blocks = [
        f"{number}\n{_stamp(cue.start, ',')} --> {_stamp(cue.end, ',')}\n{cue.text.strip()}\n"
        for number, cue in enumerate(cues(heard.segments), 1)
    ]
    return "\n".join(blocks)


def _vtt(heard: Transcript) -> str:
    blocks = [
        # WebVTT takes "-->" in a text for a time line.
        f"{_stamp(cue.start, '.')} --> {_stamp(cue.end, '.')}\n"
        f"{cue.text.strip().replace('-->', '→')}\n"
        for cue in cues(heard.segments)
    ]
    return "WEBVTT\n\n" + "\n".join(blocks)


def _stamp(seconds: float, mark: str) -> str:
    milliseconds = round(seconds * 1000)
    whole, rest = divmod(milliseconds, 1000)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours:02}:{minutes:02}:{whole % 60:02}{mark}{rest:03}"


def _show(text: str) -> None:
    """Say on a terminal what goes on, in one line that is written over."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text.translate(CONTROLS)}", end="", file=sys.stderr, flush=True)


def _clear() -> None:
    _show("")
