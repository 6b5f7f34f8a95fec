"""The receiver over a pseudo-terminal: UBX preferred, NMEA behind it, corrections passed on."""

from __future__ import annotations

from pathlib import Path

import pytest

from patrol_base.hardware.gnss_receiver import GnssReceiver
from patrol_base.hardware.ublox import ReceiverFix
from tests.unit.hardware.bench import START_S, Bench, at, run
from tests.unit.hardware.pty_line import CountedPort
from tests.unit.hardware.radio_emulator import FRAME
from tests.unit.hardware.ublox_emulator import UbloxEmulator


class Desk:
    def __init__(self, folder: Path) -> None:
        spec = at(folder).gnss
        self.device = UbloxEmulator(Path(spec.device))
        self.driver = GnssReceiver(CountedPort(spec.device, spec.baud_rate_bps, self.device), spec)
        self.fixes: list[ReceiverFix] = []
        self.now_s = START_S

    def run(self, for_s: float) -> list[ReceiverFix]:
        self.fixes = []
        self.now_s = run(
            lambda now_s: self.fixes.extend(self.driver.step(now_s)),
            [self.device], self.now_s, for_s,
        )  # fmt: skip
        return self.fixes


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_ubx_is_asked_for_and_preferred(desk: Desk) -> None:
    desk.run(1.0)
    fixes = desk.run(2.0)
    assert {fix.source for fix in fixes} == {"UBX"}
    assert 9 <= len(fixes) <= 11
    report = desk.driver.report(desk.now_s)
    assert report.identity["software"] == "EXT CORE 1.00 (0fa0de)"
    assert report.readings["fix"] == "rtk_fixed"


def test_nmea_is_read_where_ubx_does_not_come(desk: Desk) -> None:
    desk.device.knows_ubx = False
    fixes = desk.run(2.0)
    assert {fix.source for fix in fixes} == {"NMEA"}
    assert len(fixes) >= 9


def test_a_replugged_receiver_is_set_up_anew(desk: Desk) -> None:
    desk.run(1.0)
    desk.device.unplug()
    assert desk.run(1.0) == []
    desk.device.plug()
    desk.run(2.0)
    assert {fix.source for fix in desk.run(1.0)} == {"UBX"}


def test_corrections_reach_the_receiver_whole(bench: Bench) -> None:
    bench.radio.halves, bench.radio.garbage = True, b"noise\xd3"
    bench.run(3.5)
    assert len(bench.gnss.corrections) >= 2
    assert set(bench.gnss.corrections) == {FRAME}
    assert b"noise" not in bench.gnss.heard


def test_corrections_for_an_unplugged_receiver_are_lost(desk: Desk) -> None:
    desk.run(0.1)
    assert desk.driver.correct(FRAME, desk.now_s)
    desk.device.unplug()
    desk.run(0.1)
    assert not desk.driver.correct(FRAME, desk.now_s)


def test_the_age_of_corrections_is_the_receivers_own(desk: Desk) -> None:
    desk.run(1.0)
    assert desk.driver.report(desk.now_s).readings["corrections_age_s"] == "2"
    desk.device.fields = {"lastCorrectionAge": 0}  # none arrived
    desk.run(1.0)
    assert "corrections_age_s" not in desk.driver.report(desk.now_s).readings
