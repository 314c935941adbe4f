"""What a link would really open, and what in it may deceive.

The rules are those of Unicode's security mechanisms (UTS 39): a part of a host's name is odd where
it mixes scripts that no language mixes, or is written in one whose letters look like Latin ones.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from urllib.parse import unquote

from mmdesk.core.values import value

SCHEMES = ("http", "https", "mailto")
"""What may be opened."""
_WEB = re.compile(r"(https?)://(?:([^/?#@]*)@)?(\[[0-9a-f:.]+\]|[^/?#@:\[\]]+)(:\d*)?(?=[/?#]|$)")
_MAIL = re.compile(r"(mailto):(?:[^@?#/]+)@([^@?#/,;]+)(?=\?|$)")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):")
_ADDRESS = re.compile(r"[!#-;=?-\[\]-~]+")
"""ASCII without spaces and what browsers take for something else, a backslash above all."""
_HOST = re.compile(r"[a-z0-9._-]+|\[.*\]")
_ATTACHES = re.compile(r"[?&]attach(ment)?=", re.IGNORECASE)
_LONGEST_LABEL = 63
"""Characters of a host's name between two dots (RFC 1035)."""
_FILLERS = "\u034f\u115f\u1160\u2800\u3164\uffa0"
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")
_LOOK_LATIN = {
    "CYRILLIC": frozenset("абгегһзікљмнопрсутхцьъѕіјԁԛԝҽӏѡѵүҮԍ"),
    "GREEK": frozenset("αβγεηικνορτυχω"),
    "ARMENIAN": frozenset("ցհոսօքյ"),
}
"""Scripts, and those of their letters that may be taken for Latin ones (confusables.txt)."""
_TOGETHER = (
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"},
    {"LATIN", "HAN", "BOPOMOFO"},
    {"LATIN", "HAN", "HANGUL"},
)
"""Scripts that languages do mix: "highly restrictive" in UTS 39."""


class Oddity(StrEnum):
    """What in a link may deceive."""

    USER = "user"
    """Something stands before the host that looks like one: a user's name, or a password."""
    MIXED = "mixed"
    """Letters of several scripts in one word."""
    LOOKALIKE = "lookalike"
    """Letters of another script that look like Latin ones."""
    INVISIBLE = "invisible"
    """Characters that are not seen, or turn the direction of what is."""
    ATTACHES = "attaches"
    """The mail is to have a file of this computer with it."""


@value
class Link:
    """A link's target, taken apart.

    Attributes:
        target: What would be opened, in ASCII; ``before``, ``host`` and ``after`` are its parts.
        openable: Whether it is a well-formed address of one of :data:`SCHEMES`.
        host: "" where the target has none.
        readable: The host with its Punycode decoded; "" where it has none.
        user: What stands before the host, decoded.
        scripts: Whose letters the readable host has, in their order.
    """

    target: str
    openable: bool
    scheme: str = ""
    host: str = ""
    before: str = ""
    after: str = ""
    readable: str = ""
    user: str = ""
    scripts: tuple[str, ...] = ()
    oddities: tuple[Oddity, ...] = ()


def link_of(target: str) -> Link:
    """Return what a target is; it is taken as it stands, so that nothing else is opened.

    Args:
        target: As it is given to the browser: percent-encoded, the host's name in Punycode. What
            isn't, is not openable.
    """
    found = _WEB.match(target) or _MAIL.match(target)
    scheme = match[1] if (match := _SCHEME.match(target)) else ""
    if found is None or not _ADDRESS.fullmatch(target):
        return Link(target, False, scheme, before=target, oddities=_invisible(target))
    mail = found.re is _MAIL
    host, user = (found[2], "") if mail else (found[3], unquote(found[2] or ""))
    start = found.start(2 if mail else 3)
    readable = readable_host(host)
    scripts = scripts_of(readable)
    oddities = (
        *((Oddity.USER,) if user else ()),
        *_odd_letters(readable),
        *_invisible(target, readable),
        *((Oddity.ATTACHES,) if mail and _ATTACHES.search(unquote(target)) else ()),
    )
    return Link(
        target,
        bool(_HOST.fullmatch(host)),
        scheme,
        host,
        target[:start],
        target[start + len(host) :],
        visible(readable) if readable != host else "",
        visible(user),
        scripts,
        oddities,
    )


def readable_host(host: str) -> str:
    """Return a host's name with each part in Punycode decoded, as far as it can be."""
    return ".".join(_decoded(label) for label in host.split("."))


def visible(text: str) -> str:
    """Return text with a code point in the place of each character that isn't seen."""
    return "".join(f"⟨U+{ord(c):04X}⟩" if _is_unseen(c) else c for c in text)


def scripts_of(text: str) -> tuple[str, ...]:
    """Return the scripts of a text's letters by their Unicode names, each once."""
    return tuple(dict.fromkeys(_script(letter) for letter in text if letter.isalpha()))


def _decoded(label: str) -> str:
    if not label.startswith("xn--") or len(label) > _LONGEST_LABEL:
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except ValueError:
        return label


def _script(letter: str) -> str:
    first = unicodedata.name(letter, "UNKNOWN").partition(" ")[0].partition("-")[0]
    return "HAN" if first == "CJK" else first


def _odd_letters(readable: str) -> tuple[Oddity, ...]:
    found = []
    for label in readable.split("."):
        scripts = set(scripts_of(label))
        if len(scripts) > 1 and not any(scripts <= allowed for allowed in _TOGETHER):
            found.append(Oddity.MIXED)
        elif any(_looks_latin(label, script) for script in scripts):
            found.append(Oddity.LOOKALIKE)
    return tuple(dict.fromkeys(found))


def _looks_latin(label: str, script: str) -> bool:
    letters = [letter for letter in label if letter.isalpha()]
    return all(letter in _LOOK_LATIN.get(script, ()) for letter in letters)


def _invisible(*texts: str) -> tuple[Oddity, ...]:
    unseen = any(_is_unseen(character) for text in texts for character in unquote(text))
    return (Oddity.INVISIBLE,) if unseen else ()


def _is_unseen(character: str) -> bool:
    """Whether it has no shape of its own: controls, format characters, fillers, odd spaces."""
    if character == " ":
        return False
    return character in _FILLERS or unicodedata.category(character) in _UNSEEN
