"""What PortAudio says, in the person's words."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
import sounddevice

from mmdesk.audio import portaudio
from mmdesk.core.errors import (
    MicrophoneBusy,
    MicrophoneError,
    MicrophoneGone,
    MicrophoneMissing,
    MicrophoneRefused,
    MicrophoneUnusable,
    SoundSystemMissing,
)

_OPENING = "Error opening InputStream: "
_HOST = "Unanticipated host error"


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ((_OPENING + "Device unavailable", -9985), MicrophoneBusy),
        ((_OPENING + _HOST, -9999, (0, -16, "Device or resource busy")), MicrophoneBusy),
        ((_OPENING + _HOST, -9999, (0, -13, "Permission denied")), MicrophoneRefused),
        ((_OPENING + _HOST, -9999, (2, -2147024891, "Access is denied.")), MicrophoneRefused),
        ((_OPENING + _HOST, -9999, (0, -19, "No such device")), MicrophoneGone),
        ((_OPENING + "Invalid device", -9996), MicrophoneMissing),
        (("Error querying device -1",), MicrophoneMissing),
        ((_OPENING + "Invalid sample rate", -9997), MicrophoneUnusable),
        ((_OPENING + _HOST, -9999, (0, 0, "")), MicrophoneUnusable),
        ((), MicrophoneUnusable),
    ],
)
def test_errors_are_told_apart(arguments: tuple[object, ...], kind: type[MicrophoneError]) -> None:
    error = portaudio.microphone_error(sounddevice.PortAudioError(*arguments), "Studio USB")
    assert type(error) is kind
    assert "{" not in error.message + error.hint


def test_the_reason_is_the_driver_s() -> None:
    error = sounddevice.PortAudioError(_OPENING + "Invalid sample rate", -9997)
    assert portaudio.plain(error) == "Invalid sample rate"


def test_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portaudio, "PATIENCE_S", 0.05)
    held, release = threading.Event(), threading.Event()

    def hang() -> None:
        with portaudio.portaudio():
            held.set()
            release.wait(10)

    thread = threading.Thread(target=hang)
    thread.start()
    assert held.wait(10)
    with pytest.raises(SoundSystemMissing, match="does not answer"), portaudio.portaudio():
        pass
    release.set()
    thread.join()
    with portaudio.portaudio() as module:
        assert module is sounddevice


def test_no_library() -> None:
    script = (
        "import ctypes.util; ctypes.util.find_library = lambda name: None\n"
        "from mmdesk.audio.devices import list_microphones\n"
        "from mmdesk.core.errors import SoundSystemMissing\n"
        "try: list_microphones()\n"
        "except SoundSystemMissing as error: print(error.message, error.hint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    assert "PortAudio library not found" in done.stdout
    assert "libportaudio2" in done.stdout
    assert done.stderr == ""
