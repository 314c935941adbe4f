"""``mmdesk doctor``: what is installed, which device, which model, and what is missing."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import queue
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from mmdesk import __version__, compose, crash_report, paths
from mmdesk.core.errors import FolderUnusable, MicrophoneGone, MmdeskError, ServerModelMissing
from mmdesk.core.events import Event, ModelFailed, ModelInfo, ModelReady
from mmdesk.core.models import ModelKey, host_of, is_remote, leaves_computer, split_remote
from mmdesk.core.protocols import RemoteServers, Sound
from mmdesk.core.requests import Transcribe
from mmdesk.core.speech import Transcript
from mmdesk.display import display_missing
from mmdesk.session.worker import ModelWorker
from mmdesk.settings import Settings, load_settings

_PACKAGES = (
    "torch", "transformers", "tokenizers", "safetensors", "accelerate", "numpy", "pillow",
    "PySide6-Essentials", "markdown-it-py", "mdit-py-plugins", "Pygments", "ziamath", "psutil",
    "platformdirs", "tomli-w", "openai-whisper", "onnxruntime", "sounddevice", "soundfile", "soxr",
    "av", "opencc",
)  # fmt: skip
_QT_PROBE = "import PySide6.QtWidgets, PySide6.QtSvg"
_QT_PATIENCE_S = 60.0
_LOAD_PATIENCE_S = 600.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``ok`` is False where something is missing."""

    name: str
    value: str
    ok: bool = True
    hint: str = ""


def run(arguments: argparse.Namespace) -> int:
    """Print the report; return 1 if something that mmdesk needs is missing."""
    settings, of_settings = _settings()
    findings = [
        *(*_software(), *_machine(), *of_settings, *_folders()),
        *_models(settings, arguments.model),
    ]
    if arguments.json:
        report = {"ok": all(finding.ok for finding in findings)}
        print(json.dumps(report | {"findings": [asdict(f) for f in findings]}, ensure_ascii=False))
    else:
        for finding in findings:
            _print(finding)
    return 0 if all(finding.ok for finding in findings) else 1


def _print(finding: Finding) -> None:
    print(f"{'ok ' if finding.ok else '-- '} {finding.name:<20} {finding.value}")
    if finding.hint:
        print(f"{'':24} {finding.hint}")


def _software() -> list[Finding]:
    findings = [
        Finding("mmdesk", __version__),
        Finding("Python", platform.python_version()),
        *(_package(name) for name in _PACKAGES),
        Finding("SQLite", sqlite3.sqlite_version),
        _window(),
    ]
    return findings


def _package(name: str) -> Finding:
    try:
        return Finding(name, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "missing", ok=False, hint=f"Install it: pip install {name}")


def _window() -> Finding:
    """Import Qt in a process of its own: a missing library must not end the report."""
    command = [sys.executable, "-c", _QT_PROBE]
    try:
        probe = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_QT_PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        return Finding("window", f"Qt did not start within {_QT_PATIENCE_S:.0f} s", ok=False)
    if probe.returncode:
        reason = (probe.stderr.strip().splitlines() or ["unknown reason"])[-1]
        return Finding("window", reason, ok=False, hint="On Debian, `make run` installs it.")
    if display_missing():
        return Finding("window", "Qt works; there is no display here", hint="Use mmdesk ask.")
    return Finding("window", "Qt works; a display is there")


def _machine() -> list[Finding]:
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    try:
        import psutil
    except ImportError:  # said above
        return [Finding("system", system)]
    memory = psutil.virtual_memory()
    free = f"{memory.available / 2**30:.1f} of {memory.total / 2**30:.1f} GiB free"
    return [
        Finding("system", system),
        Finding("memory", f"{free}; {psutil.cpu_count()} processor threads"),
    ]


def _settings() -> tuple[Settings, list[Finding]]:
    try:
        path = paths.settings_file()
        return load_settings(path), [Finding("settings", str(path))]
    except MmdeskError as error:
        return Settings(), [_refused("settings", error)]


def _refused(name: str, error: MmdeskError) -> Finding:
    return Finding(name, error.message, ok=False, hint=error.hint)


def _folders() -> list[Finding]:
    places: tuple[tuple[str, Callable[[], Path]], ...] = (
        ("conversations", paths.database),
        ("pictures", paths.staging),
        ("log", paths.log_file),
    )
    findings = []
    for name, place in places:
        try:
            path = place()
            findings.append(_writable(name, path, path if path.is_dir() else path.parent))
        except MmdeskError as error:
            findings.append(_refused(name, error))
    return [*findings, _crashes()]


def _crashes() -> Finding:
    """Name the reports of crashes, which a person may read and delete."""
    try:
        found = crash_report.reports(paths.state_folder())
    except MmdeskError:  # said above, of the log
        found = ()
    return Finding("crash reports", ", ".join(map(str, found)) or "none")


def _writable(name: str, path: Path, folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Finding(name, str(path))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return _refused(name, FolderUnusable(path=folder, reason=reason))


def _models(settings: Settings, model: str | None) -> list[Finding]:
    """Load both models as the window would, in the child process, and look for microphones."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    try:
        if model is not None:
            settings = replace(settings, model=compose.model_key(settings, model))
        application = compose.build(events.put, settings, keep=False)
    except MmdeskError as error:
        return [_refused("model", error)]
    try:
        application.start()
        return [
            _chat_model(application, settings.model, events),
            _speech_model(application.worker, settings),
            *_microphones(application.sound, settings.voice.device),
        ]
    finally:
        application.close()


def _chat_model(
    application: compose.Application, model: ModelKey, events: queue.SimpleQueue[Event]
) -> Finding:
    if is_remote(model):
        return _server_model(application.servers(), model)
    application.session.load_model()
    try:
        while True:
            match events.get(timeout=_LOAD_PATIENCE_S):
                case ModelReady(info=info):
                    return Finding("model", _describe(info))
                case ModelFailed(error=refusal):
                    return _refused("model", refusal)
    except queue.Empty:
        return Finding("model", "loading took too long", ok=False, hint="Try a smaller model.")


def _server_model(servers: RemoteServers, model: ModelKey) -> Finding:
    url, name = split_remote(model)
    try:
        if name not in servers.test(url).models:
            raise ServerModelMissing(host=host_of(url), model=name)
    except MmdeskError as error:
        return _refused("model", error)
    where = "leaves this computer" if leaves_computer(model) else "on this computer"
    return Finding("model", f"{name} at {url} ({where})")


def _speech_model(worker: ModelWorker, settings: Settings) -> Finding:
    model = settings.speech(paths.starter_speech())
    replies: queue.SimpleQueue[Transcript | MmdeskError | None] = queue.SimpleQueue()
    worker.transcribe(Transcribe("", b"", model), replies.put)
    try:
        reply = replies.get(timeout=_LOAD_PATIENCE_S)
    except queue.Empty:
        reply = None
    if isinstance(reply, Transcript):
        return Finding("speech model", f"{reply.model}, {model.path}")
    if reply is None:
        hint = "Try a smaller one."
        return Finding("speech model", "loading took too long", ok=False, hint=hint)
    return _refused("speech model", reply)


def _microphones(sound: Sound, chosen: str) -> list[Finding]:
    """List the microphones; typing works without one, so none is not a fault."""
    try:
        devices = sound.devices()
    except MmdeskError as error:
        return [Finding("microphone", error.message, hint=error.hint)]
    findings = []
    for device in devices:
        used = device.name == chosen if chosen else device.default
        about = f"{device.name}, {device.rate} Hz, {device.channels} channel(s)"
        findings.append(Finding("microphone", f"{about}{'  <- is used' if used else ''}"))
    if chosen and all(device.name != chosen for device in devices):
        gone = MicrophoneGone(device=chosen)
        findings.append(Finding("microphone", gone.message, hint=gone.hint))
    return findings


def _describe(info: ModelInfo) -> str:
    size = f"{info.parameters / 1e6:,.1f} M parameters"
    return f"{info.name}: {size}, {info.dtype} on {info.device}, {info.path}"
