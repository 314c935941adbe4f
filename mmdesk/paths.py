"""Where things are: the person's folders (XDG through platformdirs) and mmdesk's resources.

``MMDESK_HOME`` puts all of the person's folders below one directory. Where a folder can't be made,
asking for it raises :class:`~mmdesk.core.errors.FolderUnusable`.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import platformdirs

from mmdesk.core.errors import FolderUnusable

_APP = "mmdesk"


def resources() -> Path:
    """Return the resources folder: of the source tree, the wheel or the frozen application."""
    package = Path(__file__).resolve().parent
    frozen = getattr(sys, "_MEIPASS", None)
    candidates = [package / "_resources", package.parent / "resources"]
    if frozen:
        candidates.insert(0, Path(frozen) / "resources")
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    return candidates[-1]


def starter() -> Path:
    """Return the folder of the model that ships with mmdesk."""
    return resources() / "starter"


def starter_clip() -> Path:
    """Return the folder of the model that matches pictures and texts and ships with mmdesk."""
    return resources() / "starter-clip"


def starter_speech() -> Path:
    """Return the folder of the speech model that ships with mmdesk."""
    return starter() / "starter-speech"


def voice_activity_model() -> Path:
    """Return silero's voice activity network, an ONNX file."""
    return resources() / "silero" / "silero_vad_16k_sequence.onnx"


def samples() -> Path:
    """Return the folder of the sample pictures."""
    return resources() / "samples"


def config_folder() -> Path:
    """Return the folder of the settings, made if need be."""
    return _private(_home("config") or platformdirs.user_config_path(_APP, appauthor=False))


def data_folder() -> Path:
    """Return the folder of the conversations, made if need be."""
    return _private(_home("data") or platformdirs.user_data_path(_APP, appauthor=False))


def cache_folder() -> Path:
    """Return the folder for what can be made again, made if need be."""
    return _private(_home("cache") or platformdirs.user_cache_path(_APP, appauthor=False))


def state_folder() -> Path:
    """Return the folder of the log, made if need be."""
    return _private(_home("state") or platformdirs.user_state_path(_APP, appauthor=False))


def settings_file() -> Path:
    """Return the settings, TOML."""
    return config_folder() / "settings.toml"


def geometry_file() -> Path:
    """Return the window's place and size, an INI file of Qt's."""
    return config_folder() / "window.ini"


def database() -> Path:
    """Return the conversations' database."""
    return data_folder() / "conversations.sqlite3"


def attachments() -> Path:
    """Return the folder of the pictures of kept messages."""
    return data_folder() / "attachments"


def backups() -> Path:
    """Return the folder of the copies of the conversations' database; the store makes it."""
    return data_folder() / "backups"


def models() -> Path:
    """Return the folder of downloaded models; the fetcher makes it."""
    return data_folder() / "models"


def catalogue() -> Path:
    """Return the catalogue of models, JSON."""
    return resources() / "catalogue.json"


def servers_file() -> Path:
    """Return the list of the person's servers, without their keys."""
    return config_folder() / "servers.toml"


def staging() -> Path:
    """Return the folder of decoded pictures and recordings that no message holds yet."""
    return _private(cache_folder() / "pictures")


def instance_socket() -> Path:
    """Return where a running window listens for later starts."""
    return state_folder() / "window.socket"


def log_file() -> Path:
    """Return the application's log."""
    return state_folder() / "mmdesk.log"


def engine_log_file() -> Path:
    """Return the log of the model's process."""
    return state_folder() / "engine.log"


def _home(name: str) -> Path | None:
    home = os.environ.get("MMDESK_HOME")
    return absolute(Path(home)) / name if home else None


def absolute(path: Path) -> Path:
    """Return ``path`` from the root on; a ``~`` that means nobody's home stays as it is."""
    with contextlib.suppress(RuntimeError):
        path = path.expanduser()
    try:
        return path.absolute()
    except OSError:  # the working directory is gone
        return path


def _private(folder: Path) -> Path:
    """Make ``folder``, for the person alone; one that others may look into is closed to them."""
    if not folder.is_absolute():
        raise FolderUnusable(path=folder, reason="there is no home folder")
    try:
        # One by one, since mkdir's mode is not that of the parents it makes.
        for parent in reversed([each for each in folder.parents if not each.exists()]):
            parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        mode = folder.stat().st_mode
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FolderUnusable(path=folder, reason=reason) from error
    if mode & 0o077 and os.name != "nt":
        with contextlib.suppress(OSError):  # another account's, or on a disk without modes
            folder.chmod(0o700)
    return folder
