"""Links are taken apart as they would be opened, and what may deceive is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmdesk.core.links import Oddity, link_of, readable_host, visible


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("https://a.org", "a.org"),
        ("http://a.org:8080/b?c#d", "a.org"),
        ("https://[::1]/x", "[::1]"),
        ("https://bank.example@evil.example/", "evil.example"),
        ("https://bank.example%2F@evil.example/", "evil.example"),
        ("https://evil.example#@bank.example", "evil.example"),
        ("https://evil.example?@bank.example", "evil.example"),
        ("mailto:a@b.org?subject=c", "b.org"),
        ("mailto:a%40bank.example@evil.example", "evil.example"),
    ],
)
def test_the_host_is_the_one_that_is_opened(target: str, host: str) -> None:
    link = link_of(target)
    assert (link.openable, link.host) == (True, host)
    assert link.before + link.host + link.after == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example/x",
        "https:evil.example",
        "https:////evil.example",
        "https://",
        "https:///x",
        "https://evil.example\\@bank.example",
        "https://аpple.com",
        "https://a b.org",
        "https://a.org/a b",
        "https://a.org/\u202e",
        "https://a.org\n.b.org",
        "https://a.org:x/",
        "HTTPS://a.org",
        "https://a@b@c.org",
        "mailto:a@b.org,c@d.org",
        "mailto:",
        "vbscript:x",
        "smb://host/share",
        "\\\\host\\share",
    ],
)
def test_what_is_no_whole_web_or_mail_address_is_not_opened(target: str) -> None:
    link = link_of(target)
    assert not link.openable
    assert link.before + link.host + link.after == target


@pytest.mark.parametrize(
    ("host", "readable"),
    [
        ("xn--pple-43d.com", "аpple.com"),
        ("xn--fsqu00a.com", "例子.com"),
        ("xn--faß.de", "xn--faß.de"),
        ("xn--99999999999.com", "xn--99999999999.com"),
        ("a.org", "a.org"),
    ],
)
def test_punycode_is_decoded_where_it_can_be(host: str, readable: str) -> None:
    assert readable_host(host) == readable


@pytest.mark.parametrize(
    ("target", "oddities"),
    [
        ("https://a.org/", ()),
        ("https://xn--fsqu00a.com/", ()),
        ("https://xn--n3h.com/", ()),
        ("https://bank.example@evil.example", (Oddity.USER,)),
        ("https://xn--pple-43d.com", (Oddity.MIXED,)),
        ("https://xn--80ak6aa92e.com", (Oddity.LOOKALIKE,)),
        ("https://xn--80akhbyknj4f.com", ()),
        ("https://a.org/%E2%80%AEgpj.exe", (Oddity.INVISIBLE,)),
        ("https://a.org/a%20b", ()),
        ("https://a.org/a%00b", (Oddity.INVISIBLE,)),
        ("mailto:a@b.org?attach=/etc/passwd", (Oddity.ATTACHES,)),
        ("mailto:a@b.org?subject=c&Attachment=x", (Oddity.ATTACHES,)),
        ("mailto:a@b.org?%61ttach=x", (Oddity.ATTACHES,)),
    ],
)
def test_what_may_deceive_is_named(target: str, oddities: tuple[Oddity, ...]) -> None:
    assert link_of(target).oddities == oddities


def test_scripts_are_named_in_their_order() -> None:
    assert link_of("https://xn--pple-43d.com").scripts == ("CYRILLIC", "LATIN")


def test_what_is_not_seen_is_shown_by_its_code_point() -> None:
    assert visible("a\u200bb\u202ec d") == "a⟨U+200B⟩b⟨U+202E⟩c d"
    label = "a\u200bb".encode("punycode").decode()
    link = link_of(f"https://xn--{label}.com/")
    assert (link.readable, link.oddities) == ("a⟨U+200B⟩b.com", (Oddity.INVISIBLE,))


@given(st.text() | st.text().map("https://".__add__) | st.text().map("mailto:".__add__))
def test_any_text_is_taken_apart(target: str) -> None:
    link = link_of(target)
    assert link.before + link.host + link.after == target
    assert not link.openable or target.isascii()
