"""OpenAI's own Whisper checkpoints: their SHA-256 and the heads that align words with the sound.

Source: ``_MODELS`` and ``_ALIGNMENT_HEADS`` in whisper/__init__.py, openai-whisper 20250625.
"""

from __future__ import annotations

from dataclasses import dataclass

AlignmentHeads = tuple[tuple[int, int], ...]
"""Cross-attention heads of the decoder as (layer, head)."""


@dataclass(frozen=True, slots=True)
class OfficialCheckpoint:
    """One of OpenAI's ``.pt`` files.

    Attributes:
        name: As ``whisper.load_model`` takes it.
        alignment_heads: None leaves the choice to the decoder's size.
    """

    name: str
    alignment_heads: AlignmentHeads | None = None


# fmt: off
OFFICIAL_CHECKPOINTS: dict[str, OfficialCheckpoint] = {
    "d3dd57d32accea0b295c96e26691aa14d8822fac7d9d27d5dc00b4ca2826dd03": OfficialCheckpoint(
        "tiny.en",
        (
            (1, 0), (2, 0), (2, 5), (3, 0), (3, 1), (3, 2), (3, 3), (3, 4),
        ),
    ),
    "65147644a518d12f04e32d6f3b26facc3f8dd46e5390956a9424a650c0ce22b9": OfficialCheckpoint(
        "tiny",
        (
            (2, 2), (3, 0), (3, 2), (3, 3), (3, 4), (3, 5),
        ),
    ),
    "25a8566e1d0c1e2231d1c762132cd20e0f96a85d16145c3a00adf5d1ac670ead": OfficialCheckpoint(
        "base.en",
        (
            (3, 3), (4, 7), (5, 1), (5, 5), (5, 7),
        ),
    ),
    "ed3a0b6b1c0edf879ad9b11b1af5a0e6ab5db9205f891f668f8b0e6c6326e34e": OfficialCheckpoint(
        "base",
        (
            (3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6),
        ),
    ),
    "f953ad0fd29cacd07d5a9eda5624af0f6bcf2258be67c92b79389873d91e0872": OfficialCheckpoint(
        "small.en",
        (
            (6, 6), (7, 0), (7, 3), (7, 8), (8, 2), (8, 5), (8, 7), (9, 0), (9, 4), (9, 8),
            (9, 10), (10, 0), (10, 1), (10, 2), (10, 3), (10, 6), (10, 11), (11, 2), (11, 4),
        ),
    ),
    "9ecf779972d90ba49c06d968637d720dd632c55bbf19d441fb42bf17a411e794": OfficialCheckpoint(
        "small",
        (
            (5, 3), (5, 9), (8, 0), (8, 4), (8, 7), (8, 8), (9, 0), (9, 7), (9, 9), (10, 5),
        ),
    ),
    "d7440d1dc186f76616474e0ff0b3b6b879abc9d1a4926b7adfa41db2d497ab4f": OfficialCheckpoint(
        "medium.en",
        (
            (11, 4), (14, 1), (14, 12), (14, 14), (15, 4), (16, 0), (16, 4), (16, 9), (17, 12),
            (17, 14), (18, 7), (18, 10), (18, 15), (20, 0), (20, 3), (20, 9), (20, 14),
            (21, 12),
        ),
    ),
    "345ae4da62f9b3d59415adc60127b97c714f32e89e936602e85993674d08dcb1": OfficialCheckpoint(
        "medium",
        (
            (13, 15), (15, 4), (15, 15), (16, 1), (20, 0), (23, 4),
        ),
    ),
    "e4b87e7e0bf463eb8e6956e646f1e277e901512310def2c24bf0e11bd3c28e9a": OfficialCheckpoint(
        "large-v1",
        (
            (9, 19), (11, 2), (11, 4), (11, 17), (22, 7), (22, 11), (22, 17), (23, 2),
            (23, 15),
        ),
    ),
    "81f7c96c852ee8fc832187b0132e569d6c3065a3252ed18e56effd0b6a73e524": OfficialCheckpoint(
        "large-v2",
        (
            (10, 12), (13, 17), (16, 11), (16, 12), (16, 13), (17, 15), (17, 16), (18, 4),
            (18, 11), (18, 19), (19, 11), (21, 2), (21, 3), (22, 3), (22, 9), (22, 12),
            (23, 5), (23, 7), (23, 13), (25, 5), (26, 1), (26, 12), (27, 15),
        ),
    ),
    "e5b1a55b89c1367dacf97e3e19bfd829a01529dbfdeefa8caeb59b3f1b81dadb": OfficialCheckpoint(
        "large-v3",
        (
            (7, 0), (10, 17), (12, 18), (13, 12), (16, 1), (17, 14), (19, 11), (21, 4),
            (24, 1), (25, 6),
        ),
    ),
    "aff26ae408abcba5fbf8813c21e62b0941638c5f6eebfb145be0c9839262a19a": OfficialCheckpoint(
        "large-v3-turbo",
        (
            (2, 4), (2, 11), (3, 3), (3, 6), (3, 11), (3, 14),
        ),
    ),
}
# fmt: on
"""By the SHA-256 of the file, in hexadecimal."""
