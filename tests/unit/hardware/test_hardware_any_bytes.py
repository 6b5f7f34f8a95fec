"""Drivers before a device that says anything at all, in frames or not: none ever raises."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol_base.hardware import dcon, ublox, xsens
from patrol_base.hardware.gnss_receiver import GnssReceiver
from patrol_base.hardware.imu import Imu
from patrol_base.hardware.link import Link, LinkState, LinkTiming
from patrol_base.hardware.motor_controller import DriveOrder, MotorController
from patrol_base.hardware.port import Port
from patrol_base.hardware.radio import CorrectionsRadio
from patrol_base.hardware.relay_board import RelayBoard, RelayOrder
from tests.unit.hardware.bench import HARDWARE, VEHICLE
from tests.unit.hardware.radio_emulator import rtcm_frame

ORDER = DriveOrder(1.0, 0.1)


class FakePort:
    """Says what it was given, a piece a read; opens or not."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces
        self.openings: list[float] = []
        self.is_broken = False

    def open(self) -> None:
        self.openings.append(0.0)
        if self.is_broken:
            raise OSError("not there")

    def read(self) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    def write(self, data: bytes) -> None:
        pass

    def close(self, *, discard: bool = False) -> None:
        pass


def steps_of(name: str, port: Port) -> Callable[[float], Any]:
    if name == "motors":
        motors = MotorController(port, HARDWARE.motor_controller, VEHICLE)
        return lambda now_s: (motors.step(ORDER, now_s), motors.report(now_s))
    if name == "relays":
        relays = RelayBoard(port, HARDWARE.relay_board)
        return lambda now_s: (relays.step(RelayOrder(True), now_s), relays.report(now_s))
    if name == "imu":
        imu = Imu(port, HARDWARE.imu)
        return lambda now_s: (imu.step(now_s), imu.report(now_s))
    if name == "radio":
        radio = CorrectionsRadio(port)
        return lambda now_s: (radio.step(now_s), radio.report(now_s))
    gnss = GnssReceiver(port, HARDWARE.gnss)
    return lambda now_s: (gnss.step(now_s), gnss.report(now_s))


def ubx(kind: bytes, payload: bytes) -> bytes:
    body = kind + len(payload).to_bytes(2, "little") + payload
    return b"\xb5\x62" + body + ublox.fletcher(body)


def nmea(kind: str, fields: str) -> bytes:
    text = f"GN{kind},{fields}"
    check = 0
    for character in text.encode():
        check ^= character
    return f"${text}*{check:02X}\r\n".encode()


text = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60)
numbers = st.lists(st.integers(-(10**11), 10**11), max_size=4).map(lambda v: ":".join(map(str, v)))
FRAMES = {
    "motors": st.builds(
        lambda name, value: f"{name}={value}\r".encode(),
        st.sampled_from(["RWD", "MMOD", "EPPR", "S", "F", "V", "BA", "FF", "FID", "TRN", "X"]),
        numbers | text,
    )
    | st.sampled_from([b"+\r", b"-\r", b"RWD=250\r", b"MMOD=1:2\r", b"EPPR=1024:0\r"]),
    "relays": st.builds(
        lambda kind, body: f"{kind}{body}\r".encode(),
        st.sampled_from([">", "!", "?", "!01", "!017060"]),
        text | st.sampled_from(["", "0000", "0F00", "05", "04"]),
    ),
    "imu": st.builds(
        xsens.encode,
        st.sampled_from(list(xsens.Mid)) | st.integers(0, 255),
        st.binary(max_size=90),
    ),
    "radio": st.binary(max_size=40).map(rtcm_frame),
    "gnss": st.builds(
        ubx,
        st.sampled_from([b"\x01\x07", b"\x0a\x04", b"\x05\x01", b"\x06\x8b"])
        | st.binary(min_size=2, max_size=2),
        st.binary(max_size=110) | st.binary(min_size=92, max_size=92),
    )
    | st.builds(
        nmea,
        st.sampled_from(["GGA", "GST", "RMC", "XYZ"]),
        text.map(lambda t: t.replace("*", "").replace("$", ""))
        | st.lists(st.sampled_from(["", "1", "x", "-1.5", "N", "9e99"]), max_size=15).map(
            ",".join
        ),
    ),
}


@pytest.mark.parametrize("name", sorted(FRAMES))
@settings(max_examples=60)
@given(data=st.data())
def test_no_driver_raises_whatever_it_hears(name: str, data: st.DataObject) -> None:
    pieces = data.draw(st.lists(FRAMES[name] | st.binary(max_size=40), max_size=14))
    step = steps_of(name, FakePort(pieces))
    for cycle in range(len(pieces) + 2):
        step(100.0 + 0.02 * cycle)


def test_a_port_that_does_not_open_is_tried_with_growing_pauses() -> None:
    port = FakePort([])
    port.is_broken = True
    link = Link(port, LinkTiming(0.1))
    tried_s = []
    for cycle in range(600):
        before = len(port.openings)
        link.poll(cycle * 0.01)
        if len(port.openings) > before:
            tried_s.append(cycle * 0.01)
    assert link.state(6.0) is LinkState.CLOSED
    assert link.reason(6.0) == "not there"
    gaps = [b - a for a, b in itertools.pairwise(tried_s)]
    assert gaps[:4] == pytest.approx([0.1, 0.2, 0.4, 0.8], abs=0.02)
    assert max(gaps) <= 1.02


def test_a_module_with_checksums_is_spoken_to_so() -> None:
    assert dcon.frame("~**", with_checksum=True) == b"~**D2\r"
