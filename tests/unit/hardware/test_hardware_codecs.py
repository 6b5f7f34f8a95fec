"""The protocols on bytes: known frames, any bytes in any pieces, and finding the way back."""

from __future__ import annotations

import itertools
import math
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.types import GnssFixType
from patrol_base.hardware import dcon, roboteq, ublox, xsens
from patrol_base.hardware.lines import LineReader
from patrol_base.hardware.rtcm import RtcmReader
from patrol_base.hardware.ublox import ReceiverReader
from patrol_base.hardware.xsens import XbusReader
from tests.unit.hardware.radio_emulator import rtcm_frame
from tests.unit.hardware.ublox_emulator import pvt, sentences, time_fields

MEASURED = (
    struct.pack(">HBH", xsens.DataId.PACKET_COUNTER, 2, 7)
    + struct.pack(">HB4f", xsens.DataId.QUATERNION, 16, 1, 0, 0, 0)
    + struct.pack(">HB3f", xsens.DataId.ACCELERATION, 12, 0, 0, 9.81)
    + struct.pack(">HB3f", xsens.DataId.RATE_OF_TURN, 12, 0, 0, 0.5)
)
# reader, a frame that it knows
READERS: dict[str, tuple[Callable[[], Any], bytes]] = {
    "lines": (LineReader, b"S=120:0\r"),
    "xbus": (XbusReader, xsens.encode(0x36, MEASURED)),
    "ubx": (ReceiverReader, pvt()),
    "nmea": (ReceiverReader, sentences().split(b"\r\n")[0] + b"\r\n"),
    "rtcm": (RtcmReader, rtcm_frame(b"\x3e\xd0 message 1005")),
}
each_reader = pytest.mark.parametrize("name", sorted(READERS))
# The longest frame that a false header can promise, in bytes that end every wait.
QUIET = b"\r\n" * 1100


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in itertools.pairwise(edges)]


@each_reader
@settings(max_examples=40)
@given(cuts=st.lists(st.integers(0, 500), max_size=12))
def test_a_frame_in_any_pieces_is_one_frame(name: str, cuts: list[int]) -> None:
    make, frame = READERS[name]
    reader = make()
    found = [f for piece in pieces(frame * 3, cuts) for f in reader.feed(piece)]
    assert len(found) == 3


@each_reader
@settings(max_examples=60)
@given(noise=st.binary(max_size=300), cuts=st.lists(st.integers(0, 900), max_size=8))
def test_any_bytes_never_raise_and_it_finds_its_way_back(
    name: str, noise: bytes, cuts: list[int]
) -> None:
    make, frame = READERS[name]
    reader = make()
    for piece in pieces(noise, cuts):
        reader.feed(piece)
    reader.feed(QUIET)
    assert len(reader.feed(frame)) >= 1


@pytest.mark.parametrize("name", sorted(READERS.keys() - {"lines"}))  # those have no checksum
@given(at=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_wrong_byte_gives_no_frame(name: str, at: int, flip: int) -> None:
    make, frame = READERS[name]
    broken = bytearray(frame)
    broken[at % len(broken)] ^= flip
    reader = make()
    found = [*reader.feed(bytes(broken)), *reader.feed(QUIET)]
    assert not [f for f in found if getattr(f, "identity", name) in (name, "NAV-PVT", "GNGGA")]


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=128))
def test_any_line_has_a_meaning(line: str) -> None:
    assert isinstance(roboteq.parse_line(line), roboteq.Answer | roboteq.Signal)
    for sums in (False, True):
        assert isinstance(dcon.parse_line(line, sums), dcon.Reply | dcon.Echo | None)


@given(st.binary(max_size=254))
def test_any_measurement_is_finite_or_none(data: bytes) -> None:
    measured = xsens.measurement_of(data)
    assert measured is None or all(map(math.isfinite, measured.quaternion))


def test_roboteq_lines() -> None:
    assert roboteq.parse_line("V=135:246:4730") == roboteq.Answer(
        "V", "135:246:4730", (135, 246, 4730)
    )
    assert roboteq.parse_line("FID=Roboteq v1.6 RCB500 05/01/2016") == roboteq.Answer(
        "FID", "Roboteq v1.6 RCB500 05/01/2016", ()
    )
    assert roboteq.parse_line("!S 1 20") is roboteq.Signal.ECHO
    assert roboteq.parse_line("-") is roboteq.Signal.REFUSED
    assert roboteq.set_speed(1, -99_999) == b"!S 1 -65535\r"
    assert roboteq.go_to(2, 1.7) == b"!G 2 1000\r"


def test_the_manuals_dcon_examples() -> None:
    reply = dcon.parse_line(">0F00", with_checksum=False)
    assert isinstance(reply, dcon.Reply)
    assert dcon.status_of(reply.body) == (0b1111, 0)  # section 2.8: inputs open, relays off
    assert dcon.byte_of("01AA00", "01", 4) == 0xAA  # section 2.23
    assert dcon.byte_of("0104", "01") == dcon.TIMED_OUT  # section 2.21
    assert dcon.frame("$012", with_checksum=True) == b"$012B7\r"  # section 1.10
    assert dcon.parse_line("!01400600AC", with_checksum=True) == dcon.Reply("!", "01400600")
    assert dcon.parse_line("!01400600AD", with_checksum=True) is None


def test_xbus_messages_of_the_manual() -> None:
    assert xsens.encode(xsens.Mid.GO_TO_CONFIG) == bytes.fromhex("FAFF3000D1")
    assert xsens.encode(xsens.Mid.GO_TO_MEASUREMENT) == bytes.fromhex("FAFF1000F1")
    long = b"\xff" + (300).to_bytes(2, "big") + bytes(300)
    body = b"\xff\x36" + long
    frame = b"\xfa" + body + bytes((-sum(body) & 0xFF,))
    assert XbusReader().feed(frame) == [xsens.Message(0x36, bytes(300))]


def test_a_measurement_without_a_part_or_a_number_is_none() -> None:
    assert xsens.measurement_of(MEASURED) is not None
    assert xsens.measurement_of(MEASURED[5:]) is None
    nan = MEASURED[:-4] + struct.pack(">f", math.nan)
    assert xsens.measurement_of(nan) is None


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, GnssFixType.RTK_FIXED),
        ({"carrSoln": 1}, GnssFixType.RTK_FLOAT),
        ({"carrSoln": 0}, GnssFixType.DGPS),
        ({"carrSoln": 0, "diffSoln": 0}, GnssFixType.SINGLE),
        ({"fixType": 2}, GnssFixType.NONE),
        ({"fixType": 5}, GnssFixType.NONE),
        ({"gnssFixOk": 0}, GnssFixType.NONE),
    ],
)
def test_a_fix_is_as_good_as_the_receiver_says(fields: dict[str, Any], kind: GnssFixType) -> None:
    (frame,) = ReceiverReader().feed(pvt(**fields))
    received = ublox.fix_of_pvt(frame, 5.0)
    assert received.fix.fix is kind
    assert received.fix.stamp_s == 5.0
    assert received.sigma_up_m == pytest.approx(0.021)
    assert received.corrections_age_s == 2.0
    if kind is not GnssFixType.RTK_FLOAT:
        assert received.fix.sigma_m == pytest.approx(0.014)


def test_a_place_that_is_not_on_earth_is_no_fix() -> None:
    (frame,) = ReceiverReader().feed(pvt(lat=90.6))
    assert ublox.fix_of_pvt(frame, 0.0).fix.fix is GnssFixType.NONE


UTC_S = 1_798_761_599.25  # a quarter of a second after the last second of 2026 began


def time_of(**changes: int) -> float | None:
    fields = {**time_fields(UTC_S), **changes}
    (frame,) = ReceiverReader().feed(pvt(**fields))
    return ublox.fix_of_pvt(frame, 5.0).utc_s


def test_the_time_is_the_satellites() -> None:
    assert time_of() == pytest.approx(UTC_S, abs=1e-6)
    assert time_of(nano=-250_000_000) == pytest.approx(UTC_S - 0.5, abs=1e-6)
    assert time_of(second=60) == pytest.approx(UTC_S + 1.0, abs=1e-6)  # a leap second


@pytest.mark.parametrize(
    "changes",
    [
        {"validDate": 0}, {"validTime": 0}, {"fullyResolved": 0}, {"tAcc": 100_000_001},
        {"month": 13}, {"year": 0}, {"day": 0},
    ],
)  # fmt: skip
def test_a_time_that_is_not_resolved_is_none(changes: dict[str, int]) -> None:
    assert time_of(**changes) is None


def test_a_float_solution_never_looks_like_a_fixed_one() -> None:
    (frame,) = ReceiverReader().feed(pvt(carrSoln=1, hAcc=20))
    assert ublox.fix_of_pvt(frame, 0.0).fix.sigma_m > 0.05


@pytest.mark.parametrize(
    ("quality", "kind"),
    [
        (0, GnssFixType.NONE),
        (1, GnssFixType.SINGLE),
        (4, GnssFixType.RTK_FIXED),
        (5, GnssFixType.RTK_FLOAT),
        (6, GnssFixType.NONE),
    ],
)
def test_nmea_gives_position_above_the_ellipsoid_and_sigmas(
    quality: int, kind: GnssFixType
) -> None:
    gga, gst = ReceiverReader().feed(sentences(quality))
    received = ublox.fix_of_nmea(gga, gst, 0.0)
    assert received is not None
    assert received.fix.fix is kind
    assert received.fix.position.altitude_m == pytest.approx(123.4)
    assert received.sigma_up_m == pytest.approx(0.021)
    assert received.corrections_age_s == 1.5


def test_sentences_of_two_moments_or_without_numbers_are_no_fix() -> None:
    gga, gst = ReceiverReader().feed(sentences())
    _, later = ReceiverReader().feed(sentences(time="120001.00"))
    assert ublox.fix_of_nmea(gga, later, 0.0) is None
    _, empty = ReceiverReader().feed(sentences(stdLat=""))
    assert ublox.fix_of_nmea(gga, empty, 0.0) is None
    blind, _ = ReceiverReader().feed(sentences(0, lat="", lon=""))
    assert ublox.fix_of_nmea(blind, gst, 0.0) is None


def test_only_whole_corrections_pass() -> None:
    frame = rtcm_frame(b"\x3e\xd0 message 1005")
    assert RtcmReader().feed(b"$GNGGA\r\n" + frame + frame[:-1]) == [frame]
