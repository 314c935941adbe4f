"""``mmdesk models``: list, fetch, add, check, remove and choose models."""

from __future__ import annotations

import argparse

from mmdesk.core.models import ModelRole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands; without one, models are listed."""
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="for programs"
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(act="list")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text, parents=[as_json])
        added.set_defaults(act=name)
        return added

    command("list", "the catalogue, this computer and the servers (default)")
    pull = command("pull", "download a model, or go on with it")
    pull.add_argument("model", metavar="ID", help="maker/name, from the list or from the hub")
    add = command("add", "use a folder, a Whisper .pt file, or a server")
    add.add_argument("model", metavar="PATH|URL", help="a folder, or https://host:8000/v1")
    add.add_argument(
        "--key-from-stdin", action="store_true", help="read the server's API key, one line"
    )
    add.add_argument(
        "--confirm-unencrypted",
        action="store_true",
        help="permit http to another computer of your own network",
    )
    verify = command("verify", "read all files and compare them with their hashes")
    verify.add_argument("model", nargs="?", metavar="ID", help="default: every model here")
    remove = command("remove", "delete a download; forget a folder or server")
    remove.add_argument("model", metavar="ID")
    use = command("use", "choose who answers, hears or matches from now on")
    use.add_argument("model", metavar="ID", help="an id, a folder, or SERVER#MODEL")
    use.add_argument("--role", type=ModelRole, choices=list(ModelRole), metavar="ROLE",
                     help="chat, speech or match; default: what the model is made for")  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Run a subcommand; return 1 after an error, 130 after Ctrl+C."""
    from mmdesk.models_command.acts import act

    return act(arguments)
