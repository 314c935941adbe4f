"""Devices, recordings and playback of this computer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mmdesk.audio.activity import VoiceNetwork, activity_of
from mmdesk.audio.devices import list_microphones
from mmdesk.audio.flac import read_flac, write_flac
from mmdesk.audio.playback import Player
from mmdesk.audio.samples import StartThread
from mmdesk.audio.splitting import split_at_pauses
from mmdesk.core.protocols import EventSink
from mmdesk.core.speech import Activity, AudioDevice, Recording


class LocalSound:
    """Implements :class:`~mmdesk.core.protocols.Sound`.

    Args:
        start_thread: Makes the playback's threads.
        vad_path: silero's network, see :mod:`mmdesk.audio.activity`.
        staging_folder: Where recordings are written; made when it is first needed.
    """

    def __init__(self, start_thread: StartThread, vad_path: Path, staging_folder: Path) -> None:
        self._network = VoiceNetwork(vad_path)
        self._folder = staging_folder
        self._player = Player(start_thread)
        self._closed = False

    def devices(self) -> tuple[AudioDevice, ...]:
        """Return the microphones, the default first. Raises ``MicrophoneError``."""
        return list_microphones()

    def keep(self, samples: bytes, name: str = "") -> Recording:
        """Write samples as FLAC to the staging folder. Raises ``SoundError``."""
        return write_flac(samples, self._folder, name)

    def read(self, recording: Recording) -> bytes:
        """Return a short recording's samples. Raises ``MediaError``."""
        return read_flac(recording)

    def activity(self, samples: bytes) -> Activity:
        """Return what voice activity detection finds. Raises ``InstallationBroken``."""
        return activity_of(self._network, samples)

    def split(self, recording: Recording) -> Iterator[tuple[float, bytes]]:
        """Cut a recording of any length at its pauses, as it is read. Raises ``MediaError``.

        :meth:`close` ends it early, also in hours of silence.
        """
        return split_at_pauses(self._network, recording, lambda: self._closed)

    def play(
        self, key: str, sound: Recording | bytes, start: float, end: float | None, emit: EventSink
    ) -> None:
        """Play from ``start`` to ``end`` (seconds); returns at once."""
        self._player.play(key, sound, start, end, emit)

    def stop(self) -> None:
        """End what is played; returns at once."""
        self._player.stop()

    def close(self) -> None:
        """Let go of the sound system, soon."""
        self._closed = True
        self._player.stop()
