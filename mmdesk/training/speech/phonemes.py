"""The sounds of the sentences, as espeak-ng writes them: what the encoder's CTC head is taught.

Some sixty sounds are each heard all the time; a CTC head on Whisper's own thousand tokens had still
not aligned anything after 38,000 clips.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from mmdesk.training.grammar import Lang
from mmdesk.training.speech.voices import MANDARIN

_VOICES = {Lang.EN: "en-us", Lang.ZH: MANDARIN}
_MARKS = re.compile(r"[,.?，。？]")
_UNHEARD = str.maketrans(dict.fromkeys(" ˈˌː.-̪ʲ̩"))
SYMBOLS = "tsəɪinɹlðokaɑŋuɛzwdmpʌɕɔjhʊbæɚfʃɡevʒχɐyᵻɾθrʐʔɜ1234567"


class Phonemes:
    """Numbers of the sounds of known texts; 0 is left for CTC's blank."""

    def __init__(self, spoken: Mapping[str, str]) -> None:
        self._spoken = spoken
        self._numbers = {symbol: number for number, symbol in enumerate(SYMBOLS, 1)}

    def __len__(self) -> int:
        return len(SYMBOLS)

    def of(self, text: str) -> list[int]:
        """The text's sounds; sounds outside SYMBOLS are left out."""
        heard = self._spoken[text].translate(_UNHEARD)
        return [self._numbers[symbol] for symbol in heard if symbol in self._numbers]


def transcribe(texts: Iterable[str], lang: Lang) -> dict[str, str]:
    """The texts in the phonetic alphabet, in one run of espeak-ng; one paragraph is one line."""
    wanted = sorted(set(texts))
    asked = "".join(_MARKS.sub(" ", text).strip() + "\n\n" for text in wanted)
    done = subprocess.run(
        ["espeak-ng", "-q", "--ipa", "-v", _VOICES[lang], "--stdin"],
        input=asked, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    if lang is Lang.ZH:
        lines = [line.replace("ɜ", "3") for line in lines]
    if len(lines) != len(wanted):
        raise RuntimeError(f"espeak-ng wrote {len(lines)} lines for {len(wanted)} sentences")
    return dict(zip(wanted, lines, strict=True))


def of_clips(texts: Mapping[Lang, Iterable[str]], path: Path) -> Phonemes:
    """The sounds of all texts, kept in the JSON file `path`."""
    known: dict[str, str] = {}
    if path.is_file():
        known = json.loads(path.read_text(encoding="utf-8"))
    for lang, said in texts.items():
        fresh = set(said) - known.keys()
        if fresh:
            known |= transcribe(fresh, lang)
            path.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
    return Phonemes(known)
