"""Prints THIRD_PARTY_NOTICES.md: what a plain installation of mmdesk brings, and its licences.

Walks the requirements of mmdesk through the metadata of the installed distributions, so that
nothing is forgotten and nothing that only the tests need is listed. Run it in the project's .venv
(``make notices``). The licence texts themselves lie in each distribution's ``dist-info`` folder.
"""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = "mmdesk"
_HEAD = """# Third-party notices

mmdesk itself is licensed under the Apache License 2.0 (see LICENSE). It stands on the
distributions below, which pip installs beside it; each carries its own licence text. Qt and
PySide6 are used under the LGPL 3.0, as shared libraries that can be replaced. Formulas are set in
STIX Two Math (SIL Open Font License 1.1) and DejaVu Sans (its own free licence), which come with
ziamath and ziafont. The voice activity network is silero-vad 6.2.3's (MIT License, Copyright (c)
2020-present Silero Team; https://github.com/snakers4/silero-vad); its licence lies beside it.

Made by `make notices` from the metadata of the installed distributions.

| Distribution | Version | Licence | Home |
|---|---|---|---|"""


def main() -> None:
    """Print the page."""
    print(_HEAD)
    for found in sorted(_closure().values(), key=lambda found: found.name.lower()):
        version = found.version.partition("+")[0]
        print(f"| {found.name} | {version} | {_licence(found)} | {_home(found)} |")


def _closure() -> dict[str, Distribution]:
    """Return every distribution that a plain installation needs, by canonical name."""
    found: dict[str, Distribution] = {}
    waiting = _requirements(distribution(ROOT))
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:  # an environment marker's other side
            continue
        waiting += _requirements(found[name])
    return found


def _requirements(source: Distribution) -> list[str]:
    wanted = (Requirement(text) for text in source.requires or ())
    return [
        canonicalize_name(requirement.name)
        for requirement in wanted
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    ]


def _licence(found: Distribution) -> str:
    """Return the SPDX expression, or the shortest thing that names the licence."""
    metadata = found.metadata
    if expression := metadata.get("License-Expression"):
        return expression
    classifiers = [
        text.rpartition(" :: ")[2]
        for text in metadata.get_all("Classifier") or ()
        if text.startswith("License :: ") and not text.endswith("OSI Approved")
    ]
    if classifiers:
        return ", ".join(classifiers)
    text = (metadata.get("License") or "").strip()
    return text.splitlines()[0][:60] if text else "see its own files"


def _home(found: Distribution) -> str:
    urls = dict(text.split(", ", 1) for text in found.metadata.get_all("Project-URL") or ())
    for label, url in urls.items():
        if re.fullmatch(r"home-?page|homepage|home|source( code)?|repository", label.lower()):
            return url
    return found.metadata.get("Home-page") or next(iter(urls.values()), "")


if __name__ == "__main__":
    main()
