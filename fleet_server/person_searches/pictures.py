"""Pictures of missing persons, made anew: turned upright, small, and nothing but the picture.

What a camera writes beside a picture (place, time, owner: EXIF, XMP, comments) never enters the
database.
"""

from __future__ import annotations

import base64
import binascii
import io
import warnings

from PIL import Image, ImageOps

from fleet_server.errors import InvalidError
from patrol.person_search import MOST_PICTURE_BYTES

MOST_GIVEN_BYTES = 12 * 1024 * 1024  # what a phone's camera makes
MOST_PIXELS = 60_000_000  # decided before any of them is unpacked
LEAST_SIDE_PX = 32
SIDES_PX = (960, 720, 540, 400, 300)  # the longest side; the first that fits is taken
QUALITIES = (88, 78, 65, 50)
FORMATS = ("JPEG", "PNG", "WEBP")


def picture_of(text: str, field: str) -> bytes:
    """A JPEG of at most `MOST_PICTURE_BYTES` from base64; raises InvalidError naming the field."""
    if len(text) > MOST_GIVEN_BYTES * 4 // 3 + 4:
        raise _refused(field, f"a picture has at most {MOST_GIVEN_BYTES} bytes")
    try:
        given = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _refused(field, "a picture is given as base64") from None
    try:
        return _made_anew(_opened(given, field))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise _refused(field, "the picture cannot be read") from None


def _opened(given: bytes, field: str) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # judged below
        try:
            picture = Image.open(io.BytesIO(given), formats=FORMATS)
        except OSError:
            raise _refused(field, "a picture is JPEG, PNG or WebP") from None
    if picture.width * picture.height > MOST_PIXELS:
        raise _refused(field, f"a picture has at most {MOST_PIXELS} pixels")
    if min(picture.size) < LEAST_SIDE_PX:
        raise _refused(field, f"a picture has at least {LEAST_SIDE_PX} pixels a side")
    return picture


def _made_anew(picture: Image.Image) -> bytes:
    picture.draft("RGB", (SIDES_PX[0], SIDES_PX[0]))  # a JPEG is unpacked no larger than needed
    upright = ImageOps.exif_transpose(picture)
    plain = Image.new("RGB", upright.size, "white")
    shown = upright.convert("RGBA")
    plain.paste(shown, mask=shown.getchannel("A"))
    made = b""
    for side_px in SIDES_PX:
        small = plain.copy()
        small.thumbnail((side_px, side_px))
        for quality in QUALITIES:
            out = io.BytesIO()
            small.save(out, "JPEG", quality=quality, optimize=True)
            made = out.getvalue()
            if len(made) <= MOST_PICTURE_BYTES:
                return made
    raise ValueError("does not become small enough")


def _refused(field: str, why: str) -> InvalidError:
    return InvalidError(f"{field}: {why}", "invalid_picture", field)
