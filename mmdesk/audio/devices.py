"""The input devices, as PortAudio names them."""

from __future__ import annotations

from typing import Any

from mmdesk.audio.portaudio import microphone_error, portaudio, refresh
from mmdesk.core.errors import MicrophoneGone, MicrophoneMissing
from mmdesk.core.speech import AudioDevice


def list_microphones() -> tuple[AudioDevice, ...]:
    """Return the input devices, the system's default first; looks for new ones.

    Raises:
        SoundSystemMissing: there is no PortAudio.
        MicrophoneMissing: there is no input device.
    """
    with portaudio() as sounddevice:
        refresh(sounddevice)
        found = _inputs(sounddevice)
    if not found:
        raise MicrophoneMissing
    return tuple(device for _, device in found)


def find_microphone(sounddevice: Any, name: str) -> tuple[int, AudioDevice]:
    """Return a device with PortAudio's number of it; "" is the system's default.

    Raises:
        MicrophoneMissing: there is no input device.
        MicrophoneGone: there is none of that name.
    """
    found = _inputs(sounddevice)
    if not found:
        raise MicrophoneMissing
    if not name:
        return found[0]
    for index, device in found:
        if device.name == name:
            return index, device
    raise MicrophoneGone(device=name)


def _inputs(sounddevice: Any) -> list[tuple[int, AudioDevice]]:
    """Return the inputs of the host API that the default belongs to, the default first.

    Windows shows each device once for each of its four APIs. Of devices with one name the first
    is taken, since only the name is kept.
    """
    devices = list(sounddevice.query_devices())
    default = _default(sounddevice, devices)
    found: dict[str, tuple[int, AudioDevice]] = {}
    if default is None:
        return []
    for entry in [devices[default], *devices]:
        channels = entry["max_input_channels"]
        if channels < 1 or entry["hostapi"] != devices[default]["hostapi"]:
            continue
        index, rate = entry["index"], round(entry["default_samplerate"])
        device = AudioDevice(entry["name"], index == default, rate, channels)
        found.setdefault(device.name, (index, device))
    return list(found.values())


def _default(sounddevice: Any, devices: list[Any]) -> int | None:
    """Return the number of the default input, or of any input where the system names none."""
    try:
        return int(sounddevice.query_devices(kind="input")["index"])
    except sounddevice.PortAudioError as error:
        if not isinstance(microphone_error(error, ""), MicrophoneMissing):
            raise microphone_error(error, "") from error
    except ValueError:  # the default has no inputs
        pass
    return next((d["index"] for d in devices if d["max_input_channels"] > 0), None)
