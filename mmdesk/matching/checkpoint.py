"""What lies at a contrastive model's path, checked before a byte of it is loaded; no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mmdesk.core.errors import MatchModelUnfit, MatchModelUnknown
from mmdesk.core.models import short_name
from mmdesk.models.checkpoint import (
    CheckpointConfig,
    WeightsSummary,
    check_counts,
    check_files,
    read_config,
)
from mmdesk.models.families import MATCH_MODEL_TYPES, role_of
from mmdesk.models.files import is_file
from mmdesk.models.manifest import check as check_manifest

_OTHERS = {
    "chat": ("a chat model", "pictures and questions"),
    "speech": ("a speech model", "sound"),
}


@dataclass(frozen=True, slots=True)
class MatchCheckpoint:
    """A folder whose files fit its configuration, as far as headers tell."""

    config: CheckpointConfig
    weights: WeightsSummary

    @property
    def path(self) -> Path:
        """The folder."""
        return self.config.path

    @property
    def name(self) -> str:
        """For people."""
        return short_name(str(self.path.expanduser().resolve()))


def read_checkpoint(path: Path) -> MatchCheckpoint:
    """Find out what lies at ``path``.

    Raises:
        MatchModelUnfit, MatchModelUnknown: it is no contrastive model that mmdesk knows.
        ModelError: there is no whole model.
    """
    if path.suffix == ".pt" and is_file(path):  # OpenAI's Whisper comes as such
        raise _unfit(path, "speech", "Whisper")
    config = read_config(path)
    if config.model_type not in MATCH_MODEL_TYPES:
        raise _other(config)
    check_manifest(path)
    weights = check_files(path)
    check_counts(config, weights)
    return MatchCheckpoint(config, weights)


def _other(config: CheckpointConfig) -> MatchModelUnfit | MatchModelUnknown:
    role = role_of({"model_type": config.model_type})
    name = config.architecture[:60]
    if role is not None:
        return _unfit(config.path, role, name)
    if name.endswith(("ForCausalLM", "LMHeadModel")):
        kind = f"a language model ({name})"
        return MatchModelUnfit(path=str(config.path), kind=kind, takes="text alone")
    return MatchModelUnknown(path=str(config.path), architecture=name)


def _unfit(path: Path, role: str, name: str) -> MatchModelUnfit:
    kind, takes = _OTHERS[role]
    return MatchModelUnfit(path=str(path), kind=f"{kind} ({name})", takes=takes)
