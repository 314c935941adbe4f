"""What the subcommands of ``mmdesk models`` do."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from mmdesk import compose, paths
from mmdesk.core.errors import MmdeskError, ModelInUse, ModelUnknown, ServerUnknown
from mmdesk.core.models import (
    STARTER,
    Download,
    DownloadState,
    ModelKey,
    ModelRole,
    host_of,
    is_remote,
    short_name,
    split_remote,
)
from mmdesk.core.protocols import ModelShelf
from mmdesk.logs import open_log
from mmdesk.models_command.output import (
    clear,
    download_document,
    entry_document,
    error_document,
    in_use,
    print_json,
    print_table,
    progress_line,
    say,
    server_document,
    show,
    size_text,
    table_row,
)
from mmdesk.settings import Settings, load_settings, save_changes
from mmdesk.terminal import CONTROLS, Interrupts

_INTERRUPTED = 130
_KEY_LIMIT = 4096


def act(arguments: argparse.Namespace) -> int:
    """Run the subcommand; return 1 after an error, 130 after Ctrl+C."""
    open_log(paths.log_file())
    try:
        status = _ACTS[arguments.act](arguments, load_settings(paths.settings_file()))
    except MmdeskError as error:
        clear()
        if not arguments.json:
            raise
        print_json({"error": error_document(error)})
        return 1
    return status


def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    entries = compose.shelf(settings).entries()
    with closing(compose.remote_servers()) as remote:
        servers = remote.servers()
    if arguments.json:
        print_json(
            {
                "models": [entry_document(entry, settings) for entry in entries],
                "servers": [server_document(server) for server in servers],
            }
        )
        return 0
    rows: list[tuple[str, ...]] = [("ROLE", "MODEL", "SIZE", "WHERE", "FITS", "")]
    rows += [table_row(entry, settings) for entry in entries]
    for server in servers:
        away = "leaves this computer" if server.leaves_computer else ""
        rows += [("chat", f"{server.url}#{name}", "", "server", "", away) for name in server.models]
    print_table(rows)
    return 0


def _pull(arguments: argparse.Namespace, settings: Settings) -> int:
    last: list[Download] = []

    def report(download: Download) -> None:
        last[:] = [download]
        if arguments.json:
            print_json({"event": "progress", **download_document(download)})
        else:
            show(progress_line(download))

    with Interrupts() as interrupts:
        entry = compose.shelf(settings).download(
            arguments.model, report, lambda: interrupts.count > 0
        )
    clear()
    if entry is None:
        download = last[-1] if last else Download(arguments.model, DownloadState.PAUSED)
        paused = replace(download, state=DownloadState.PAUSED, bytes_per_second=0.0, error=None)
        say(
            arguments,
            {"event": "paused", **download_document(paused)},
            f"Paused. “mmdesk models pull {arguments.model}” goes on from here.",
        )
        return _INTERRUPTED
    say(
        arguments,
        {"event": "done", "model": entry_document(entry, settings)},
        f"{entry.id} is here: {entry.key}\n“mmdesk models use {entry.id}” chooses it.",
    )
    return 0


def _add(arguments: argparse.Namespace, settings: Settings) -> int:
    if is_remote(arguments.model) or "://" in arguments.model:
        return _add_server(arguments)
    entry = compose.shelf(settings).add(paths.absolute(Path(arguments.model)))
    say(
        arguments,
        {"model": entry_document(entry, settings)},
        f"{entry.name} ({entry.role}) is used in its place: {entry.key}",
    )
    return 0


def _add_server(arguments: argparse.Namespace) -> int:
    key = sys.stdin.readline(_KEY_LIMIT).strip() if arguments.key_from_stdin else None
    with closing(compose.remote_servers()) as remote:
        server = remote.add(arguments.model, key, confirmed=arguments.confirm_unencrypted)
    lines = [f"{server.url} has {len(server.models)} model(s):"]
    lines += [f"  {server.url}#{name}" for name in server.models]
    if server.leaves_computer:
        lines.append("What is asked of them leaves this computer.")
    if server.key_passes:
        lines.append("There is no keyring here, so the key was not kept.")
    say(arguments, {"server": server_document(server)}, "\n".join(lines))
    return 0


def _verify(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.model and is_remote(arguments.model):
        with closing(compose.remote_servers()) as remote:
            server = remote.test(arguments.model)
        say(arguments, {"server": server_document(server)}, f"{server.url}: it answers")
        return 0
    shelf = compose.shelf(settings)
    if arguments.model is not None:
        keys = [shelf.resolve(arguments.model)]
    else:
        keys = [entry.key for entry in shelf.entries() if entry.key is not None]
    results = []
    with Interrupts() as interrupts:
        for key in keys:
            error = _checked(shelf, key, interrupts)
            if interrupts.count:
                return _INTERRUPTED
            results.append((key, error))
            if not arguments.json:
                _tell_result(short_name(key), error)
    if arguments.json:
        print_json(
            {
                "models": [
                    {"key": key, "ok": error is None, "error": error and error_document(error)}
                    for key, error in results
                ]
            }
        )
    return 1 if any(error is not None for _, error in results) else 0


def _checked(shelf: ModelShelf, key: ModelKey, interrupts: Interrupts) -> MmdeskError | None:
    name = short_name(key)
    try:
        shelf.verify(key, lambda done: show(f"{name}: {done:.0%}"), lambda: interrupts.count > 0)
    except MmdeskError as error:
        return error
    finally:
        clear()
    return None


def _tell_result(name: str, error: MmdeskError | None) -> None:
    if error is None:
        print(f"{name}: right".translate(CONTROLS), flush=True)
    else:
        print(f"mmdesk: {error.message}\n  {error.hint}".translate(CONTROLS), file=sys.stderr)


def _remove(arguments: argparse.Namespace, settings: Settings) -> int:
    if is_remote(arguments.model):
        with closing(compose.remote_servers()) as remote:
            remote.remove(arguments.model)
        say(arguments, {"removed": arguments.model, "freed": 0}, "The server is forgotten.")
        return 0
    shelf = compose.shelf(settings)
    try:
        key = shelf.resolve(arguments.model)
    except ModelUnknown:
        if not any(each.id == arguments.model and each.download for each in shelf.entries()):
            raise
        shelf.discard(arguments.model)
        say(arguments, {"removed": arguments.model, "freed": 0}, "The download is given up.")
        return 0
    if key in in_use(settings).values():
        raise ModelInUse(name=short_name(key))
    freed = shelf.remove(key)
    told = f"{size_text(freed)} are free again." if freed else "It is forgotten; its files stay."
    say(arguments, {"removed": key, "freed": freed}, told)
    return 0


def _use(arguments: argparse.Namespace, settings: Settings) -> int:
    key, role = _wanted(arguments, settings)
    shipped = key in (STARTER, str(paths.starter_speech()))
    if role is ModelRole.CHAT:
        changed = replace(settings, model=key)
    elif role is ModelRole.SPEECH:
        changed = replace(settings, speech_model=None if shipped else Path(key))
    else:
        changed = replace(settings, match_model=Path(key))
    save_changes(settings, changed, paths.settings_file())
    verb = {ModelRole.CHAT: "answers", ModelRole.SPEECH: "hears", ModelRole.MATCH: "matches"}[role]
    told = f"{short_name(key)} {verb} from now on."
    if role is ModelRole.CHAT and is_remote(key):
        told += f" Questions and pictures go to {host_of(key)}."
    say(arguments, {"role": role, "key": key}, told)
    return 0


def _wanted(arguments: argparse.Namespace, settings: Settings) -> tuple[ModelKey, ModelRole]:
    """Return what was asked for; raise where it isn't here or can't be used for that."""
    if is_remote(arguments.model):
        return _of_server(arguments.model, arguments.role)
    shelf = compose.shelf(settings)
    name = arguments.model
    if name == STARTER and arguments.role is ModelRole.SPEECH:
        name = str(paths.starter_speech())
    key = shelf.resolve(name)
    entry = next((each for each in shelf.entries() if each.key == key), None)
    if entry is None:  # a folder that isn't remembered yet
        entry = shelf.add(Path(key))
    if entry.problem is not None:
        raise entry.problem
    if arguments.role not in (None, entry.role) or entry.key is None:
        raise ModelUnknown(id=f"{arguments.model} ({arguments.role})")
    return entry.key, entry.role


def _of_server(key: ModelKey, role: ModelRole | None) -> tuple[ModelKey, ModelRole]:
    url, model = split_remote(key)
    with closing(compose.remote_servers()) as remote:
        known = {server.url: server for server in remote.servers()}
    if url not in known:
        raise ServerUnknown(host=host_of(key))
    if model not in known[url].models or role not in (None, ModelRole.CHAT):
        raise ModelUnknown(id=key)
    return key, ModelRole.CHAT


_ACTS: dict[str, Callable[[argparse.Namespace, Settings], int]] = {
    "list": _list,
    "pull": _pull,
    "add": _add,
    "verify": _verify,
    "remove": _remove,
    "use": _use,
}
