"""Theme: readable colours, rules without gaps, icons in the colour asked for."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from mmdesk.ui import theme as theming
from mmdesk.ui.chat import highlight
from mmdesk.ui.fonts import chosen_families
from mmdesk.ui.icons import icon
from mmdesk.ui.theme import DARK, LIGHT, Tokens, contrast, stylesheet, theme

GROUNDS = ("background", "panel", "card", "user_bubble", "accent_tint")
PAIRS = (
    *((text, ground) for text in ("text", "muted", "accent") for ground in GROUNDS),
    *(("notice_text", ground) for ground in ("background", "panel", "card")),
    *(("error_text", ground) for ground in ("background", "card")),
    ("on_accent", "accent"),
    ("notice_text", "notice_ground"),
    ("error_text", "error_ground"),
    ("text", "error_ground"),
)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_every_text_reads_on_its_ground(tokens: Tokens, text: str, ground: str) -> None:
    assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize(
    ("palette", "tokens"), [(highlight.LIGHT, LIGHT), (highlight.DARK, DARK)], ids=["light", "dark"]
)
def test_every_code_colour_reads_on_the_panel(palette: dict[object, str], tokens: Tokens) -> None:
    assert min(contrast(colour, tokens.panel) for colour in palette.values()) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_forced_theme_tells_and_the_same_one_does_not(qtbot: QtBot) -> None:
    chosen = theme()
    chosen.set_mode("light")
    with qtbot.waitSignal(chosen.changed):
        chosen.set_mode("dark")
    assert theming.current() is DARK
    with qtbot.assertNotEmitted(chosen.changed):
        chosen.set_mode("dark")
    chosen.set_mode("light")
    assert theming.current() is LIGHT


def test_the_style_sheet_names_no_unknown_token() -> None:
    assert "$" not in stylesheet(LIGHT)
    assert LIGHT.accent in stylesheet(LIGHT)
    assert DARK.accent in stylesheet(DARK)


@pytest.mark.usefixtures("qapp")
def test_an_icon_is_drawn_in_the_colour() -> None:
    image = icon("copy", "#ff0000", 24).pixmap(24, 24).toImage()
    seen = {
        QColor(image.pixelColor(x, y)).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    assert seen == {"#ff0000"}


@pytest.mark.usefixtures("qapp")
def test_an_icon_is_drawn_once() -> None:
    assert icon("copy", "#00ff00", 16).cacheKey() == icon("copy", "#00ff00", 16).cacheKey()
    assert icon("copy", "#00ff00", 16).availableSizes()[0].width() == 16


@pytest.mark.parametrize(
    ("system", "known", "expected"),
    [
        ("Cantarell", {"Cantarell", "Noto Sans"}, "Cantarell"),
        ("DejaVu Sans", {"DejaVu Sans", "Noto Sans", "Noto Sans CJK SC"}, "Noto Sans"),
        ("Noto Sans CJK JP", {"DejaVu Sans", "Noto Sans CJK SC"}, "DejaVu Sans"),
        ("", {"Noto Sans CJK SC"}, "sans-serif"),
    ],
)
def test_a_latin_face_comes_before_the_cjk_face(
    system: str, known: set[str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    families = chosen_families(system, frozenset(known))
    assert families[0] == expected
    assert families[1:] == (("Noto Sans CJK SC",) if "Noto Sans CJK SC" in known else ())
