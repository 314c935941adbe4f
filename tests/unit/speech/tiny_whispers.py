"""Real Whisper checkpoints with random weights, small enough to make in a test."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration
from whisper.model import ModelDimensions, Whisper

from mmdesk.core.requests import SpeechModel, Transcribe
from mmdesk.core.speech import SAMPLE_RATE
from mmdesk.speech.official import OfficialCheckpoint

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
MULTILINGUAL, ENGLISH = 51865, 51864


def voice(seconds: float, seed: int = 0) -> bytes:
    """Return samples that go up and down like speech."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    pitch = np.cumsum(110 + 40 * np.sin(2 * np.pi * 1.3 * time + seed)) / SAMPLE_RATE
    tone = sum(np.sin(2 * np.pi * pitch * n) / n for n in (1, 2, 3, 5, 8, 13))
    loud = 0.15 * (1 + np.sin(2 * np.pi * 3.1 * time)) + 0.01 * random.standard_normal(len(time))
    return (tone * loud).astype("<f4").tobytes()


def ask(path: Path, samples: bytes, **options) -> Transcribe:
    """Return a request in float32 on one thread."""
    options.setdefault("utterance", "u")
    dtype = options.pop("dtype", "float32")
    return Transcribe(samples=samples, model=SpeechModel(path, "cpu", dtype, 1), **options)


def make_openai(path: Path, vocabulary: int = MULTILINGUAL, seed: int = 0) -> dict:
    """Write a ``.pt`` file as OpenAI's are; return what pins it."""
    torch.manual_seed(seed)
    network = Whisper(ModelDimensions(80, 1500, 64, 4, 2, vocabulary, 448, 64, 4, 2))
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "ln" not in name:
                parameter.normal_(std=0.2 if "token" in name else 0.12)
    content = {"dims": asdict(network.dims), "model_state_dict": network.half().state_dict()}
    torch.save(content, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {digest: OfficialCheckpoint("tiny-random")}


def make_folder(path: Path, languages: tuple[str, ...] = (), **config) -> Path:
    """Write a folder in Hugging Face layout, by transformers itself."""
    torch.manual_seed(1)
    sizes = {
        "d_model": 64,
        "encoder_layers": 2,
        "decoder_layers": 2,
        "encoder_attention_heads": 4,
        "decoder_attention_heads": 4,
        "encoder_ffn_dim": 256,
        "decoder_ffn_dim": 256,
        "init_std": 0.12,
    }
    model = WhisperForConditionalGeneration(WhisperConfig(**sizes | config))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(std=0.1)
    options: dict = {"alignment_heads": [[1, 0], [1, 3]]}
    if languages:
        options["lang_to_id"] = {f"<|{code}|>": 50259 + n for n, code in enumerate(languages)}
    model.generation_config = GenerationConfig(**options)
    model.save_pretrained(path)
    return path


def split_into_shards(folder: Path) -> None:
    """Store the weights in two files with an index."""
    tensors = load_file(folder / WEIGHTS)
    names = sorted(tensors)
    parts = {"model-00001-of-00002.safetensors": names[::2]}
    parts["model-00002-of-00002.safetensors"] = names[1::2]
    for file, part in parts.items():
        save_file({name: tensors[name] for name in part}, folder / file, {"format": "pt"})
    weight_map = {name: file for file, part in parts.items() for name in part}
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    (folder / WEIGHTS).unlink()
