"""Which model is measured, and whether the folder has something for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from mmdesk import compose, paths
from mmdesk.core.errors import ArchitectureUnknown, MeasureModelUnfit
from mmdesk.core.models import STARTER, ModelRole, is_remote
from mmdesk.evaluate.own.examples import MEASURES, Kind, in_words
from mmdesk.models.checkpoint_folder import look_into
from mmdesk.settings import Settings

_STARTERS = {"starter-clip": paths.starter_clip, "starter-speech": paths.starter_speech}
_KINDS = {
    ModelRole.CHAT: "a chat model",
    ModelRole.MATCH: "a contrastive model (CLIP)",
    ModelRole.SPEECH: "a speech model",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model of this computer, and what it is for."""

    role: ModelRole
    path: Path


def choose(name: str | None, settings: Settings, kinds: Counter[Kind]) -> Chosen:
    """Return the model that is to be measured.

    Args:
        name: A folder, a name as in ``mmdesk models``, or a starter's; None is the settings' for
            what the examples are.
        kinds: Of the examples.

    Raises:
        ModelUnknown, ModelError: there is no such model.
        MeasureModelUnfit: the examples are nothing for it, or it isn't on this computer.
    """
    key = _default(settings, kinds) if name is None else name
    if key in _STARTERS:
        path = _STARTERS[key]()
    else:
        key = compose.model_key(settings, key)
        if is_remote(key):
            raise _unfit(key, "a model on a server", kinds)
        path = paths.starter() if key == STARTER else Path(key)
    chosen = Chosen(_role(path), path)
    if not any(kind in kinds for kind in MEASURES[chosen.role]):
        raise _unfit(str(path), _KINDS[chosen.role], kinds)
    return chosen


def _default(settings: Settings, kinds: Counter[Kind]) -> str:
    if any(kind in kinds for kind in MEASURES[ModelRole.CHAT]):
        return settings.model
    if Kind.SOUND in kinds:
        return str(settings.speech_model or "starter-speech")
    return str(settings.match_model or "starter-clip")


def _role(path: Path) -> ModelRole:
    if path.suffix == ".pt":
        return ModelRole.SPEECH
    facts = look_into(path)
    if facts.problem is not None:
        raise facts.problem
    if facts.role is None:
        raise ArchitectureUnknown(path=str(path), architecture="config.json names none")
    return facts.role


def _unfit(path: str, kind: str, kinds: Counter[Kind]) -> MeasureModelUnfit:
    there = [each for each in Kind if each in kinds]
    wanted = [_KINDS[role] for role, own in MEASURES.items() if any(k in kinds for k in own)]
    return MeasureModelUnfit(
        path=path, kind=kind, holds=in_words(there), wanted=" or ".join(wanted)
    )
