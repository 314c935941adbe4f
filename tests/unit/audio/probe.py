"""Runs the real microphone and speaker for a test: commands come in as JSON lines, events go out.

A process of its own, because PortAudio reads the environment only once.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from pathlib import Path
from typing import Any

from mmdesk import paths
from mmdesk.audio.activity import VAD_FILE
from mmdesk.audio.listening import MicrophoneListener
from mmdesk.audio.sound import LocalSound
from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import Event, SpeechCaptured, SpeechGrown
from mmdesk.core.speech import Recording, seconds_of
from mmdesk.session.threads import start_thread

_printing = threading.Lock()


def say(**record: Any) -> None:
    with _printing:
        print(json.dumps({"at": time.monotonic()} | record, default=str), flush=True)


class Probe:
    def __init__(self, folder: Path) -> None:
        vad = paths.resources() / "silero" / VAD_FILE
        self._folder = folder
        self._listener = MicrophoneListener(start_thread, vad)
        self._sound = LocalSound(start_thread, vad, folder / "staging")
        self._count = 0

    def emit(self, event: Event) -> None:
        fields: dict[str, Any] = {
            name: getattr(event, name) for name in event.__dataclass_fields__ if name != "samples"
        }
        if error := fields.get("error"):
            fields["error"] = error.kind
            fields["message"] = error.message
        if activity := fields.pop("activity", None):
            fields["speech_seconds"] = activity.speech_seconds
        if isinstance(event, SpeechCaptured | SpeechGrown):
            fields["seconds"] = seconds_of(event.samples)
        if isinstance(event, SpeechCaptured):
            self._count += 1
            path = self._folder / f"captured-{self._count}.f32"
            path.write_bytes(event.samples)
            fields["file"] = path
        say(event=type(event).__name__, **fields)

    def do(self, command: str, **arguments: Any) -> object:
        match command:
            case "start":
                device = arguments.pop("device", "")
                silence = arguments.pop("silence_s", 0.8)
                hands_free = arguments.pop("hands_free", False)
                self._listener.start(
                    device, hands_free=hands_free, silence_s=silence, emit=self.emit
                )
            case "stop" | "cancel":
                getattr(self._listener, command)()
            case "close":
                self._listener.close()
                self._sound.close()
            case "play":
                recording = Recording("", Path(arguments["path"]), "", 0.0)
                start, end = arguments.get("start", 0.0), arguments.get("end")
                self._sound.play(arguments["key"], recording, start, end, self.emit)
            case "silence":
                self._sound.stop()
            case "devices":
                return [(d.name, d.default, d.rate, d.channels) for d in self._sound.devices()]
            case "modules":
                return sorted(sys.modules)
        return None


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    probe = Probe(Path(sys.argv[1]))
    say(ready=True)
    for line in sys.stdin:
        request = json.loads(line)
        before = time.monotonic()
        try:
            result = probe.do(**request)
        except MmdeskError as error:
            say(done=request["command"], error=error.kind)
            continue
        took = time.monotonic() - before
        say(done=request["command"], took=took, result=result)


if __name__ == "__main__":
    main()
