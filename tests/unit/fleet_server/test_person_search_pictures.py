"""Pictures of missing persons: made anew, small, upright, and nothing but the picture."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image

from fleet_server.errors import InvalidError
from fleet_server.person_searches.pictures import MOST_GIVEN_BYTES, picture_of
from patrol.person_search import MOST_PICTURE_BYTES
from tests.unit.fleet_server.person_cases import SECRET_PLACE, picture_file, text_of


def test_a_picture_is_made_anew_without_what_a_camera_writes_beside_it() -> None:
    given = picture_file()
    assert SECRET_PLACE in given
    made = picture_of(text_of(given), "pictures.0")
    assert SECRET_PLACE not in made
    assert b"Exif" not in made
    picture = Image.open(io.BytesIO(made))
    assert (picture.format, picture.size) == ("JPEG", (120, 240))
    assert not picture.getexif()


def test_a_picture_taken_lying_is_turned_upright() -> None:
    made = picture_of(text_of(picture_file((240, 120), orientation=6)), "pictures.0")
    assert Image.open(io.BytesIO(made)).size == (120, 240)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_large_picture_becomes_small_enough(kind: str) -> None:
    given = picture_file((1600, 1200), kind, noise=True)
    assert len(given) > MOST_PICTURE_BYTES
    made = picture_of(text_of(given), "pictures.0")
    assert len(made) <= MOST_PICTURE_BYTES
    assert made.startswith(b"\xff\xd8\xff")
    width, height = Image.open(io.BytesIO(made)).size
    assert width / height == pytest.approx(4 / 3, rel=0.02)


def test_what_is_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(out, "PNG")
    made = Image.open(io.BytesIO(picture_of(text_of(out.getvalue()), "pictures.0")))
    assert min(made.getpixel((32, 32))) > 250  # type: ignore[arg-type]


def _bomb() -> bytes:
    """A PNG of a few bytes that says it has 10 thousand million pixels."""
    out = io.BytesIO()
    Image.new("L", (64, 64)).save(out, "PNG")
    content = bytearray(out.getvalue())
    content[16:24] = (100_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(bytes(content[12:29])).to_bytes(4, "big")
    return bytes(content)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (b"", "JPEG, PNG or WebP"),
        (b"\xff\xd8\xff\xe0 no picture", "JPEG, PNG or WebP"),
        (picture_file((400, 400), noise=True)[:9000], "cannot be read"),
        (picture_file((31, 400)), "32 pixels a side"),
        (_bomb(), "cannot be read"),
        (b"\xff" * (MOST_GIVEN_BYTES + 8), f"{MOST_GIVEN_BYTES} bytes"),
    ],
)
def test_what_is_no_picture_is_refused(given: bytes, why: str) -> None:
    with pytest.raises(InvalidError, match=why) as refused:
        picture_of(text_of(given), "pictures.2")
    assert refused.value.field == "pictures.2"
