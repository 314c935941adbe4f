"""Any pixel mode and colour profile to 8-bit sRGB on white.

Pillow's own conversions clip 16-bit grey and drop alpha without a background, so both are done
here explicitly.
"""

from __future__ import annotations

import io

from PIL import Image, ImageCms

from mmdesk.core.phrases import QT_TRANSLATE_NOOP, Phrase

BAD_PROFILE = QT_TRANSLATE_NOOP(
    "notes", "Its colour profile can't be used; colours may look slightly different."
)
RANGE_FITTED = QT_TRANSLATE_NOOP("notes", "Its {bits}-bit values were scaled to fit the screen.")

_PROFILE_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK", "LAB": "LAB"}
_PROFILE_ERRORS = (ImageCms.PyCMSError, OSError, ValueError, TypeError, SyntaxError)


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, tuple[Phrase, ...]]:
    """Return the picture as mode "RGB" in sRGB, with alpha laid on white, and notes.

    ``profile`` is the ICC profile that came with it; a bad one is ignored with a note.
    """
    image, notes = _to_eight_bits(image)
    alpha = _alpha(image)
    image = _opaque(image)
    if profile:
        image, profile_notes = _apply_profile(image, profile)
        notes += profile_notes
    if image.mode == "LAB":
        image = _apply(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    return _on_white(rgb, alpha), notes


def _to_eight_bits(image: Image.Image) -> tuple[Image.Image, tuple[Phrase, ...]]:
    if image.mode.startswith("I;16"):
        return _scaled(image.convert("I"), 0.0, 65535.0), ()
    if image.mode not in {"I", "F"}:
        return image, ()
    low, high = _extrema(image)
    if image.mode == "I" and low >= 0 and 255 < high <= 65535:  # 16 bits in a wider type
        return _scaled(image, 0.0, 65535.0), ()
    if image.mode == "I" and low >= 0 and high <= 255:
        return image.convert("L"), ()
    if image.mode == "F" and low >= 0 and high <= 1:
        return _scaled(image, 0.0, 1.0), ()
    return _scaled(image, low, high), (Phrase(RANGE_FITTED, {"bits": 32}),)


def _extrema(image: Image.Image) -> tuple[float, float]:
    low, high = image.getextrema()
    if isinstance(low, tuple) or isinstance(high, tuple):  # several bands
        raise ValueError(f"mode {image.mode} has no single range")
    return low, high


def _scaled(image: Image.Image, low: float, high: float) -> Image.Image:
    """Map low..high to 0..255, rounded; Pillow clips what lies outside."""
    scale = 255.0 / (high - low) if high > low else 0.0
    offset = 0.5 - low * scale
    # Pillow takes scale and offset out of a linear function and applies them in floats.
    return image.convert("F").point(lambda value: value * scale + offset).convert("L")


def _alpha(image: Image.Image) -> Image.Image | None:
    if image.mode in {"RGBA", "LA"}:
        return image.getchannel("A")
    if image.mode in {"RGBa", "La", "PA"} or image.has_transparency_data:
        return image.convert("RGBA").getchannel("A")
    return None


def _opaque(image: Image.Image) -> Image.Image:
    """Return the picture without alpha in a mode that a colour profile can speak of."""
    if image.mode in _PROFILE_SPACES:
        return image
    if image.mode in {"1", "LA"}:
        return image.convert("L")
    if image.mode in {"La", "RGBa"}:
        return image.convert("RGBA" if image.mode == "RGBa" else "LA").convert(
            "RGB" if image.mode == "RGBa" else "L"
        )
    return image.convert("RGB")


def _on_white(rgb: Image.Image, alpha: Image.Image | None) -> Image.Image:
    if alpha is None or alpha.getextrema() == (255, 255):
        return rgb
    page = Image.new("RGB", rgb.size, "white")
    page.paste(rgb, mask=alpha)
    return page


def _apply_profile(image: Image.Image, data: bytes) -> tuple[Image.Image, tuple[Phrase, ...]]:
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        # An sRGB profile would change exact values by rounding and nothing else.
        if image.mode == "RGB" and "sRGB" in ImageCms.getProfileDescription(profile):
            return image, ()
        if profile.profile.xcolor_space.strip().upper() != _PROFILE_SPACES[image.mode]:
            return image, (Phrase(BAD_PROFILE),)
        return _apply(image, profile), ()
    except _PROFILE_ERRORS:
        return image, (Phrase(BAD_PROFILE),)


def _apply(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    converted = ImageCms.profileToProfile(
        image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    if converted is None:  # only with inPlace
        raise ValueError("the profile converts in place only")
    return converted
