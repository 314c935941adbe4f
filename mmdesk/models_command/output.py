"""How ``mmdesk models`` tells: tables and sentences for people, JSON for programs."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from mmdesk import paths
from mmdesk.core.errors import MmdeskError
from mmdesk.core.models import (
    Download,
    DownloadState,
    ModelEntry,
    ModelKey,
    ModelRole,
    Place,
    Server,
    parameters_text,
)
from mmdesk.settings import Settings
from mmdesk.terminal import CONTROLS


def in_use(settings: Settings) -> dict[ModelRole, ModelKey]:
    """Return the keys of the chosen models."""
    speech = settings.speech_model or paths.starter_speech()
    found = {ModelRole.CHAT: settings.model, ModelRole.SPEECH: str(paths.absolute(speech))}
    if settings.match_model is not None:
        found[ModelRole.MATCH] = str(paths.absolute(settings.match_model))
    return found


def _is_used(entry: ModelEntry, settings: Settings) -> bool:
    return entry.key is not None and in_use(settings).get(entry.role) == entry.key


def entry_document(entry: ModelEntry, settings: Settings) -> dict[str, Any]:
    """Return an entry as programs get it; fields are only ever added."""
    fit = entry.estimate
    return {
        "id": entry.id,
        "key": entry.key,
        "role": entry.role,
        "place": entry.place,
        "name": entry.name,
        "parameters": entry.parameters,
        "size": entry.size,
        "license": entry.license,
        "languages": list(entry.languages),
        "good_at": dict(entry.good_at),
        "points": entry.points,
        "source": entry.source,
        "checked": entry.checked,
        "fit": fit and fit.fit,
        "memory": fit and fit.total,
        "device": fit and fit.device,
        "dtype": fit and fit.dtype,
        "recommended": entry.recommended,
        "in_use": _is_used(entry, settings),
        "download": entry.download and download_document(entry.download),
        "problem": entry.problem and error_document(entry.problem),
    }


def download_document(download: Download) -> dict[str, Any]:
    """Return a download as programs get it."""
    return {
        "id": download.id,
        "state": download.state,
        "done": download.done,
        "total": download.total,
        "bytes_per_second": round(download.bytes_per_second),
        "seconds_left": download.seconds_left and round(download.seconds_left),
        "source": download.source,
        "error": download.error and error_document(download.error),
    }


def server_document(server: Server) -> dict[str, Any]:
    """Return a server as programs get it; never its key."""
    return {
        "url": server.url,
        "models": list(server.models),
        "has_key": server.has_key,
        "leaves_computer": server.leaves_computer,
    }


def error_document(error: MmdeskError) -> dict[str, str]:
    """Return an error as programs get it."""
    return {"kind": error.kind, "message": error.message, "hint": error.hint}


def table_row(entry: ModelEntry, settings: Settings) -> tuple[str, ...]:
    """Return the cells of an entry: role, id, size, place, whether it fits, what else there is."""
    notes = []
    if _is_used(entry, settings):
        notes.append("in use")
    if entry.recommended:
        notes.append("recommended")
    if entry.download is not None:
        notes.append(f"paused at {size_text(entry.download.done)}")
    if entry.problem is not None:
        notes.append(entry.problem.message)
    size = (
        size_text(entry.size)
        if entry.size
        else f"{parameters_text(entry.parameters or 0)} parameters"
    )
    where = "to download" if entry.place is Place.CATALOGUE else str(entry.place)
    fit = str(entry.estimate.fit) if entry.estimate else ""
    return (str(entry.role), entry.id, size, where, fit, ", ".join(notes))


def print_table(rows: list[tuple[str, ...]]) -> None:
    """Print rows with their columns below each other."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip().translate(CONTROLS))


def progress_line(download: Download) -> str:
    """Say how far a download is."""
    if download.error is not None:
        return f"{download.id}: waiting: {download.error.message}"
    if not download.total:
        return f"{download.id}: asking {download.source}"
    if download.state is not DownloadState.RUNNING:
        return f"{download.id}: {download.state}"
    share = download.done / download.total
    text = f"{download.id}: {share:.0%} of {size_text(download.total)}"
    text += f", {size_text(round(download.bytes_per_second))}/s"
    if download.seconds_left is not None:
        minutes, seconds = divmod(round(download.seconds_left), 60)
        text += f", {minutes}:{seconds:02} left"
    return text


def size_text(count: int) -> str:
    """Return a number of bytes for people."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} B"


def say(arguments: argparse.Namespace, document: dict[str, Any], text: str) -> None:
    """Print the document where JSON is wanted, else the text."""
    if arguments.json:
        print_json(document)
    else:
        print(text.translate(CONTROLS), flush=True)


def print_json(document: dict[str, Any]) -> None:
    """Print one line of JSON."""
    print(json.dumps(document, ensure_ascii=False), flush=True)


def show(text: str) -> None:
    """Say on a terminal what goes on, in one line that is written over."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text.translate(CONTROLS)}", end="", file=sys.stderr, flush=True)


def clear() -> None:
    """Wipe that line."""
    show("")
