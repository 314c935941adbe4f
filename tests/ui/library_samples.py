"""Models, servers and downloads as a person might have them."""

from __future__ import annotations

from pathlib import Path

from mmdesk.core.models import (
    STARTER,
    Download,
    DownloadState,
    Fit,
    FitEstimate,
    ModelEntry,
    ModelRole,
    Place,
    Server,
)

GB = 10**9
CACHE = Path("/home/ada/.cache/huggingface/hub/models--google--gemma-3-4b-it/snapshots/093f9f3")
DOWNLOADED = Path("/home/ada/.local/share/mmdesk/models/Qwen--Qwen3-VL-4B-Instruct")
FOLDER = Path("/home/ada/models/my-finetuned-vision-language-model-with-a-long-name-2026-11-20")
LAN = Server("http://gpu.lan:8000/v1", ("Qwen/Qwen3-VL-235B-A22B-Instruct",), has_key=True)
LOCAL = Server("http://localhost:11434/v1", ("gemma3:12b", "qwen2.5vl:7b", "llava:13b"))


def fit(verdict: Fit, weights: float, dtype: str = "bfloat16") -> FitEstimate:
    """An estimate for this computer; gigabytes."""
    kv = round(0.8 * GB)
    return FitEstimate(verdict, "CPU", dtype, round(weights * GB), kv, kv, 8192, 15 * GB)


STARTER_ENTRY = ModelEntry(
    id="starter",
    key=STARTER,
    role=ModelRole.CHAT,
    place=Place.SHIPPED,
    name="Starter",
    parameters=5_200_000,
    size=10_400_000,
    license="Apache-2.0",
    languages=("en", "zh"),
    good_at=(("en", "Drawn shapes, colours, counting."), ("zh_CN", "图形、颜色与数数。")),
    estimate=fit(Fit.FITS, 0.01),
)
QWEN = ModelEntry(
    id="Qwen/Qwen3-VL-4B-Instruct",
    key=str(DOWNLOADED),
    role=ModelRole.CHAT,
    place=Place.DOWNLOADED,
    name="Qwen3-VL-4B-Instruct",
    parameters=4_437_815_808,
    size=8_875_719_232,
    license="Apache-2.0",
    languages=("en", "zh", "de", "fr", "ja", "ko", "es", "ar"),
    good_at=(
        ("en", "Documents, charts and small print; counts and points well for its size."),
        ("zh_CN", "文档、图表与小字；同等大小中数数与指物很准。"),
    ),
    points=True,
    source="https://huggingface.co/Qwen/Qwen3-VL-4B-Instruct",
    checked="2026-11-21",
    estimate=fit(Fit.FITS, 8.9),
    recommended=True,
)
GEMMA = ModelEntry(
    id="google/gemma-3-4b-it",
    key=str(CACHE),
    role=ModelRole.CHAT,
    place=Place.CACHE,
    name="gemma-3-4b-it",
    parameters=4_300_079_472,
    size=8_600_158_944,
    license="Gemma",
    languages=("en", "zh"),
    estimate=fit(Fit.TIGHT, 12.4),
)
OWN = ModelEntry(
    id=FOLDER.name,
    key=str(FOLDER),
    role=ModelRole.CHAT,
    place=Place.FOLDER,
    name=FOLDER.name,
    size=4_200_000_000,
    estimate=fit(Fit.FITS, 4.2),
)
LARGE = ModelEntry(
    id="Qwen/Qwen3-VL-32B-Instruct",
    key=None,
    role=ModelRole.CHAT,
    place=Place.CATALOGUE,
    name="Qwen3-VL-32B-Instruct",
    parameters=33_000_000_000,
    license="Apache-2.0",
    languages=("en", "zh"),
    good_at=(("en", "The best open answers on one large GPU."), ("zh_CN", "单卡上最好的回答。")),
    points=True,
    source="https://huggingface.co/Qwen/Qwen3-VL-32B-Instruct",
    checked="2026-11-21",
    estimate=fit(Fit.NO, 66),
)
SMALL = ModelEntry(
    id="HuggingFaceTB/SmolVLM2-500M-Video-Instruct",
    key=None,
    role=ModelRole.CHAT,
    place=Place.CATALOGUE,
    name="SmolVLM2-500M-Video-Instruct",
    parameters=507_482_304,
    license="Apache-2.0",
    languages=("en",),
    good_at=(("en", "Quick captions on any computer."), ("zh_CN", "任何电脑上都能快速描述图片。")),
    source="https://huggingface.co/HuggingFaceTB/SmolVLM2-500M-Video-Instruct",
    checked="2026-11-21",
    estimate=fit(Fit.FITS, 1.0),
)
SHIPPED_SPEECH = ModelEntry(
    id="starter-speech",
    key="/opt/mmdesk/starter/starter-speech",
    role=ModelRole.SPEECH,
    place=Place.SHIPPED,
    name="Starter speech",
    parameters=8_000_000,
    license="Apache-2.0",
    languages=("en", "zh"),
)
WHISPER = ModelEntry(
    id="openai/whisper-base",
    key=None,
    role=ModelRole.SPEECH,
    place=Place.CATALOGUE,
    name="whisper-base",
    parameters=72_593_920,
    license="MIT",
    languages=("en", "zh", "de", "fr", "ja", "ko", "es", "ar", "ru"),
    good_at=(("en", "Real voices in a hundred languages."), ("zh_CN", "一百种语言的真人语音。")),
    recommended=True,
)
SIGLIP = ModelEntry(
    id="google/siglip2-base-patch16-224",
    key="/home/ada/models/siglip2",
    role=ModelRole.MATCH,
    place=Place.FOLDER,
    name="siglip2-base-patch16-224",
)
ENTRIES = (STARTER_ENTRY, QWEN, GEMMA, OWN, LARGE, SMALL, SHIPPED_SPEECH, WHISPER, SIGLIP)
SERVERS = (LAN, LOCAL)
RUNNING = Download(
    SMALL.id, DownloadState.RUNNING, 412_000_000, 1_020_000_000, 11_800_000, 51, "huggingface.co"
)
