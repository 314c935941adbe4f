"""The benchmark of short speech, with a network too small to take time."""

from __future__ import annotations

import json

import pytest
import torch

from mmdesk.bench import speech
from mmdesk.core.figures import print_figures
from mmdesk.speech.dimensions import Dimensions
from mmdesk.speech.transcription import Recognizer

TINY = Dimensions(80, 1500, 32, 2, 1, 51865, 448, 32, 2, 1)


@pytest.fixture(autouse=True)
def threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.filterwarnings("ignore:unclosed file")
def test_the_figures_and_their_bars(capsys: pytest.CaptureFixture[str]) -> None:
    print_figures(speech.measure(1, TINY), as_json=True)
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    figures = {figure["figure"]: figure for figure in printed}
    bars = {name: figure["bar"] for name, figure in figures.items() if figure["bar"]}
    assert bars == {"short_ratio_auto": 0.25, "short_ratio_fixed": 0.4, "partial_ratio": 0.3}
    assert all(figure["value"] > 0 for figure in printed)
    ratio = figures["mmdesk_auto_ms"]["value"] / figures["whisper_auto_ms"]["value"]
    assert figures["short_ratio_auto"]["value"] == pytest.approx(ratio, rel=0.01)


@pytest.mark.filterwarnings("ignore:unclosed file")
def test_both_sides_write_as_many_tokens() -> None:
    model = speech._random_weights(TINY)
    sound = speech._sound(3.0)
    steps: list[object] = []
    hook = model.network.decoder.register_forward_hook(lambda *step: steps.append(step))
    speech._whisper(model, sound, "en")
    hook.remove()
    assert len(steps) == 12
    heard = Recognizer(model, speech._held_to(model, 12), retries=False)
    decoded = heard._final(sound, 278, "en", speech._never).decoded
    assert len(decoded.tokens) == 12
    assert not decoded.ended
