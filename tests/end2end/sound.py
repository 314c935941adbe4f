"""A PulseAudio of one's own: a speaker and a microphone that need no hardware.

Programs reach it through ALSA's pulse plugin with :attr:`SoundServer.environment`; PortAudio reads
that when it starts, so they have to be processes of their own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

_PATIENCE_S = 30.0
_ASOUNDRC = "pcm.!default { type pulse }\nctl.!default { type pulse }\n"


class SoundServer:
    """Null sinks: what is played on ``mic_sink`` is what the microphone ``mic`` hears.

    Args:
        folder: Becomes the home of the server and of its programs' sound settings.
        rate, channels: Of the microphone.
        microphone: False leaves out every source.
    """

    def __init__(
        self, folder: Path, *, rate: int = 48_000, channels: int = 2, microphone: bool = True
    ) -> None:
        self.home = folder
        folder.mkdir(parents=True, exist_ok=True)
        # A socket's path may have 108 bytes, which pytest's folders come close to.
        self._runtime = tempfile.TemporaryDirectory(prefix="sound-")
        (folder / ".asoundrc").write_text(_ASOUNDRC)
        # Without norewinds a null sink renders two seconds ahead, and its monitor is as late.
        sink = "module-null-sink norewinds=1 sink_name="
        modules = ["module-native-protocol-unix"]
        if microphone:
            modules += [
                f"{sink}speaker",
                f"{sink}mic_sink rate={rate} channels={channels}",
                "module-remap-source master=mic_sink.monitor source_name=mic",
            ]
        self._log = (folder / "pulseaudio.log").open("wb")
        self._server = subprocess.Popen(
            [
                *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1"),
                *(part for module in modules for part in ("-L", module)),
            ],
            env=self.environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._wait()
        if microphone:
            self.control("set-default-source", "mic")
            self.control("set-default-sink", "speaker")

    @property
    def environment(self) -> dict[str, str]:
        """The environment of programs that shall find this server and no other."""
        without = {"PULSE_SERVER", "PULSE_RUNTIME_PATH", "PULSE_COOKIE", "PULSE_CLIENTCONFIG"}
        kept = {name: value for name, value in os.environ.items() if name not in without}
        return kept | self.variables

    @property
    def variables(self) -> dict[str, str]:
        """The variables that lead to this server."""
        return {"HOME": str(self.home), "XDG_RUNTIME_DIR": self._runtime.name}

    def control(self, *arguments: str) -> str:
        """Run ``pactl`` and return what it prints."""
        done = subprocess.run(
            ["pactl", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=_PATIENCE_S,
        )
        return done.stdout

    def say_into_microphone(self, wav: Path) -> subprocess.Popen[bytes]:
        """Begin to play a sound file where the microphone hears it."""
        return subprocess.Popen(["paplay", "-d", "mic_sink", str(wav)], env=self.environment)

    def record_speaker(self, wav: Path) -> subprocess.Popen[bytes]:
        """Begin to write what is played on the speaker to a WAV file; terminate it to end."""
        command = ["parecord", "--latency-msec=50", "-d", "speaker.monitor", "--file-format=wav"]
        return subprocess.Popen([*command, str(wav)], env=self.environment)

    def listeners(self) -> int:
        """Return how many programs record from the microphone."""
        lines = self.control("list", "short", "source-outputs").splitlines()
        return sum("module-remap-source" not in line for line in lines)

    def unplug(self) -> None:
        """Take away the microphone, and the speaker with it.

        PulseAudio moves a recording to any other source, a speaker's monitor too, so the last
        one has to go for the recording to lose its device.
        """
        modules = [
            line.split("\t") for line in self.control("list", "short", "modules").splitlines()
        ]
        for number, name, *_ in reversed(modules):
            if name in ("module-remap-source", "module-null-sink"):
                self.control("unload-module", number)

    def freeze(self) -> None:
        """Let the server answer nobody any more, as one that hangs."""
        self._server.send_signal(signal.SIGSTOP)

    def close(self) -> None:
        """End the server."""
        self._server.kill()
        self._server.wait(_PATIENCE_S)
        self._log.close()
        self._runtime.cleanup()

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                self.control("info")
                return
            except subprocess.CalledProcessError as error:
                if time.monotonic() > deadline or self._server.poll() is not None:
                    log = (self.home / "pulseaudio.log").read_text(errors="replace")
                    raise AssertionError(f"no sound server: {error.stderr}\n{log}") from error
                time.sleep(0.05)


def speak(text: str, wav: Path, options: Sequence[str] = ("-v", "en-us")) -> Path:
    """Write what espeak-ng says to ``wav``, and return that."""
    subprocess.run(["espeak-ng", *options, "-w", str(wav), text], check=True, timeout=_PATIENCE_S)
    return wav
