"""Bumper and IMU: what the base tells the gate of hands on the vehicle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from patrol_base.hardware.motor_controller import DriveOrder
from patrol_base.hardware.relay_board import RelayBoard, RelayOrder, RelayReport
from tests.unit.hardware.bench import HARDWARE, START_S, Bench, at, run
from tests.unit.hardware.dcon_emulator import DconEmulator
from tests.unit.hardware.pty_line import CountedPort

BUMPER = 1 << ((HARDWARE.relay_board.inputs.bumper or 0) - 1)


@pytest.fixture
def driving(bench: Bench) -> Bench:
    """At 1 m/s."""
    bench.order = DriveOrder(1.0, 0.0)
    bench.run(2.0)
    return bench


def test_a_pressed_bumper_or_its_cut_wire_is_a_bump_while_it_lasts(driving: Bench) -> None:
    assert driving.last.base is not None
    assert not driving.last.base.bumped
    for opened, bumped in ((BUMPER, True), (0, False)):
        driving.relays.open_inputs = driving.relays.open_inputs & ~BUMPER | opened
        driving.run(0.2)
        assert driving.last.base.bumped is bumped
        assert not driving.last.base.emergency_stop
        reports = {r.name: r for r in driving.hardware.reports(driving.now_s)}
        assert reports["relay_board"].readings["bumper"] == ("pressed" if bumped else "free")


def test_a_press_of_a_fifth_of_a_second_is_never_missed(driving: Bench) -> None:
    for pause in range(1, 30):
        driving.run(0.02 * pause)
        driving.relays.open_inputs |= BUMPER
        pressed = driving.run(0.2)
        driving.relays.open_inputs &= ~BUMPER
        later = driving.run(0.1)
        assert any(o.base.bumped for o in (*pressed, *later) if o.base)


def test_a_vehicle_without_a_bumper_is_never_bumped(tmp_path: Path) -> None:
    full = at(tmp_path)
    inputs = replace(full.relay_board.inputs, bumper=None)
    spec = replace(full.relay_board, inputs=inputs)
    board = DconEmulator(tmp_path / "relays")
    board.open_inputs = 0b1111
    driver = RelayBoard(CountedPort(spec.device, spec.baud_rate_bps, board), spec)
    reports: list[RelayReport | None] = []
    run(lambda now_s: reports.append(driver.step(RelayOrder(), now_s)), [board], START_S, 1.0)
    assert reports[-1] is not None
    assert reports[-1].emergency_stop
    assert not reports[-1].bumped
    assert "bumper" not in driver.report(START_S + 1.0).readings
    driver.close(START_S + 1.0)
    board.unplug()


def test_the_base_tells_what_the_imu_feels_of_the_chassis(driving: Bench) -> None:
    driving.imu.roll_rad, driving.imu.pitch_rad = 0.2, -0.1
    driving.imu.rate_radps, driving.imu.rises_mps2 = -0.3, 0.5
    outputs = driving.run(0.2)
    base = driving.last.base
    assert base is not None
    assert base.motion is not None
    assert base.motion.rate_radps == pytest.approx(0.3, abs=1e-5)
    level = (base.motion.forward_mps2, base.motion.left_mps2)
    assert level == pytest.approx((0.0, 0.0), abs=1e-4)
    assert base.motion.up_mps2 == pytest.approx(0.5, abs=1e-4)
    stamps = [o.base.motion.stamp_s for o in outputs if o.base and o.base.motion]
    assert stamps == sorted(stamps)
    assert driving.now_s - stamps[-1] <= 0.02


def test_a_lost_imu_or_a_lost_board_feels_nothing(driving: Bench) -> None:
    """The gate latches on each: on a tilt that is no number, on an open circuit."""
    driving.imu.unplug()
    driving.run(0.5)
    assert driving.last.base is not None
    assert driving.last.base.motion is None
    driving.relays.open_inputs |= BUMPER
    driving.relays.unplug()
    driving.run(1.0)
    assert driving.last.base is not None
    assert driving.last.base.emergency_stop
    assert not driving.last.base.bumped
