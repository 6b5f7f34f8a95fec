"""The whole base over pseudo-terminals: orders in, wheels turn, feedback out."""

from __future__ import annotations

import math

import pytest

from navigation.types import AttentionOrder, GnssFixType
from patrol_base.hardware.attention import ORDER_MAX_AGE_S
from patrol_base.hardware.link import LinkState
from patrol_base.hardware.motor_controller import DriveOrder
from tests.unit.hardware.bench import HARDWARE, VEHICLE, Bench
from tests.unit.hardware.pty_line import Behaviour

MOTOR_POWER = 0b001
AHEAD = DriveOrder(1.0, 0.2)
RPM = 60 * HARDWARE.motor_controller.drive.gear_ratio / (2 * math.pi * VEHICLE.wheel_radius_m)
NAMES = ("motor_controller", "relay_board", "imu", "gnss", "corrections")


@pytest.fixture
def driving(bench: Bench) -> Bench:
    """At 1 m/s with the wheels turned left."""
    bench.order = AHEAD
    bench.run(2.0)
    assert bench.last.base is not None
    assert bench.last.base.speed_mps == pytest.approx(1.0, abs=0.01)
    return bench


def states(bench: Bench) -> dict[str, LinkState]:
    return {report.name: report.state for report in bench.hardware.reports(bench.now_s)}


def test_an_order_turns_the_wheels_and_feedback_comes_out(driving: Bench) -> None:
    assert driving.motors.rpm == pytest.approx(RPM, abs=1)
    assert driving.relays.relays == MOTOR_POWER
    base = driving.last.base
    assert base is not None
    assert base.steering_rad == pytest.approx(0.2, abs=0.001)
    assert base.battery_pct > 50
    assert not base.emergency_stop
    assert not base.charging
    assert driving.now_s - base.stamp_s <= 0.05
    assert states(driving) == dict.fromkeys(NAMES, LinkState.READY)
    fixes = [fix for outputs in driving.run(1.0) for fix in outputs.fixes]
    assert {fix.fix.fix for fix in fixes} == {GnssFixType.RTK_FIXED}


def test_without_an_order_the_motors_have_no_power(bench: Bench) -> None:
    bench.run(2.0)
    assert bench.relays.relays == 0
    assert bench.last.base is not None
    assert bench.last.base.speed_mps == 0.0


def test_silent_orders_command_zero_and_then_cut_the_power(driving: Bench) -> None:
    driving.order = None
    driving.run(0.3)
    assert driving.motors.wanted_rpm == 0
    assert driving.relays.relays == MOTOR_POWER  # braking needs it
    driving.run(HARDWARE.power_off_after_s)
    assert driving.relays.relays == 0


def test_an_order_to_cut_the_power_opens_the_contactor_and_releases_it_later(
    driving: Bench,
) -> None:
    driving.order = DriveOrder(0.0, 0.2, cut_power=True)
    outputs = driving.run(0.3)
    assert driving.relays.relays == 0
    assert driving.motors.stopped
    assert not any(o.base.emergency_stop for o in outputs if o.base)  # it is our own
    driving.order = AHEAD
    outputs = driving.run(1.5)
    assert driving.relays.relays == MOTOR_POWER
    assert not any(o.base.emergency_stop for o in outputs if o.base)
    assert driving.motors.rpm == pytest.approx(RPM, abs=1)


def test_power_stays_cut_when_the_orders_that_cut_it_fall_silent(driving: Bench) -> None:
    driving.order = DriveOrder(0.0, 0.2, cut_power=True)
    driving.run(0.3)
    driving.order = None
    for _ in range(60):
        driving.run(0.02)
        assert driving.relays.relays == 0
        assert driving.motors.stopped


@pytest.mark.parametrize("lost", ["unplug", "mute", "echo"])
def test_a_lost_motor_controller_silences_the_base_and_opens_the_contactor(
    driving: Bench, lost: str
) -> None:
    if lost == "unplug":
        driving.motors.unplug()
    else:
        driving.motors.behaviour = Behaviour(
            {"mute": Behaviour.MUTE, "echo": Behaviour.ECHO}[lost]
        )
    outputs = driving.run(0.5)
    assert all(o.base is None for o in outputs[10:])
    assert driving.relays.relays == 0
    wanted = {"unplug": LinkState.CLOSED, "mute": LinkState.SILENT, "echo": LinkState.ECHO}[lost]
    assert states(driving)["motor_controller"] is wanted
    if lost == "unplug":
        driving.motors.plug()
    driving.motors.behaviour = Behaviour.NORMAL
    driving.run(4.0)
    assert driving.relays.relays == MOTOR_POWER
    assert driving.motors.rpm == pytest.approx(RPM, abs=1)


def test_the_first_word_to_a_replugged_controller_is_speed_zero(driving: Bench) -> None:
    driving.motors.unplug()
    driving.run(0.3)
    driving.motors.commands.clear()
    driving.motors.plug()
    driving.run(1.0)
    assert driving.motors.commands[0] == "!S 1 0"


def test_a_lost_relay_board_counts_as_an_open_circuit(driving: Bench) -> None:
    driving.relays.unplug()
    outputs = driving.run(1.0)
    assert driving.motors.wanted_rpm == 0
    assert all(o.base is None or o.base.emergency_stop for o in outputs[15:])
    assert all(o.base is not None for o in outputs[30:])
    driving.relays.plug()
    driving.run(2.0)
    assert driving.last.base is not None
    assert not driving.last.base.emergency_stop
    assert driving.relays.relays == MOTOR_POWER


def test_the_board_cuts_the_power_by_itself_when_the_computer_hangs(driving: Bench) -> None:
    for _ in range(50):
        driving.now_s += 0.02
        driving.relays.serve(driving.now_s)
        driving.motors.serve(driving.now_s)
    assert driving.relays.timed_out
    assert driving.relays.relays == 0
    assert driving.motors.rpm == 0


@pytest.mark.parametrize("channel", HARDWARE.relay_board.inputs.emergency_stop)
def test_either_open_input_is_an_emergency_stop(driving: Bench, channel: int) -> None:
    driving.relays.open_inputs |= 1 << (channel - 1)
    driving.run(0.2)
    assert driving.last.base is not None
    assert driving.last.base.emergency_stop
    assert driving.relays.relays == 0
    assert driving.motors.wanted_rpm == 0


def test_the_controllers_own_stop_input_is_an_emergency_stop(driving: Bench) -> None:
    driving.motors.stop_input = True
    driving.run(0.7)
    assert driving.last.base is not None
    assert driving.last.base.emergency_stop


def test_charging_is_told_while_its_input_is_closed(bench: Bench) -> None:
    bench.relays.open_inputs = 0
    bench.run(2.0)
    assert bench.last.base is not None
    assert bench.last.base.charging


def test_a_lost_imu_leaves_the_tilt_unknown(driving: Bench) -> None:
    driving.imu.roll_rad = 0.1
    driving.run(0.2)
    assert driving.last.base is not None
    assert driving.last.base.roll_rad == pytest.approx(0.1, abs=1e-4)
    driving.imu.unplug()
    driving.run(0.5)
    assert math.isnan(driving.last.base.roll_rad)
    assert math.isnan(driving.last.base.pitch_rad)
    driving.imu.plug()
    driving.run(3.0)
    assert driving.last.base.roll_rad == pytest.approx(0.1, abs=1e-4)


def test_nothing_is_told_of_the_base_before_everything_was_known_once(bench: Bench) -> None:
    bench.imu.behaviour = Behaviour.MUTE
    assert all(o.base is None for o in bench.run(2.0))
    bench.imu.behaviour = Behaviour.NORMAL
    bench.run(4.0)
    assert bench.last.base is not None


def test_light_and_siren_follow_and_go_out_with_the_program(driving: Bench) -> None:
    driving.hardware.attend(AttentionOrder(beacon=True, siren=True), driving.now_s)
    driving.run(0.5)
    assert driving.relays.relays == 0b111
    told = driving.last.attention
    assert told is not None
    assert (told.beacon, told.siren) == (True, True)
    driving.hardware.close(driving.now_s)
    driving.relays.serve(driving.now_s)
    driving.motors.serve(driving.now_s)
    assert driving.relays.relays == 0
    assert driving.motors.wanted_rpm == 0


def test_light_and_siren_go_out_when_nobody_asks_for_them_any_more(driving: Bench) -> None:
    driving.hardware.attend(AttentionOrder(beacon=True, siren=True), driving.now_s)
    driving.run(ORDER_MAX_AGE_S - 0.1)
    assert driving.relays.relays == 0b111
    driving.run(0.5)
    assert driving.relays.relays == 0b001
    assert driving.last.attention is not None
    assert not driving.last.attention.siren


def test_nothing_is_told_of_lights_that_nobody_can_read(driving: Bench) -> None:
    driving.relays.behaviour = Behaviour.MUTE
    driving.run(1.0)
    assert driving.last.attention is None


@pytest.mark.parametrize("name", ["motors", "relays", "imu", "gnss", "radio"])
def test_garbage_and_half_frames_change_nothing(driving: Bench, name: str) -> None:
    emulator = getattr(driving, name)
    emulator.halves = True
    emulator.garbage = b"\x00\xff$\xb5\xfa\xd3\r" if name in ("motors", "relays") else b"\xb5\xfa$"
    outputs = driving.run(2.0)
    assert all(o.base is not None and not o.base.emergency_stop for o in outputs)
    assert driving.motors.rpm == pytest.approx(RPM, abs=1)
    assert states(driving) == dict.fromkeys(NAMES, LinkState.READY)


def test_outputs_move_to_another_clock_whole(driving: Bench) -> None:
    outputs = next(o for o in driving.run(0.5) if o.fixes and o.imu and o.base)
    moved = outputs.shifted(5.0)
    assert moved.base is not None
    assert moved.imu is not None
    assert outputs.base is not None
    assert outputs.imu is not None
    assert moved.base.stamp_s == outputs.base.stamp_s + 5
    assert moved.base.motion is not None
    assert outputs.base.motion is not None
    assert moved.base.motion.stamp_s == outputs.base.motion.stamp_s + 5
    assert moved.imu.stamp_s == outputs.imu.stamp_s + 5
    assert moved.fixes[0].fix.stamp_s == outputs.fixes[0].fix.stamp_s + 5


def test_a_program_that_was_held_up_for_a_moment_does_not_latch_the_vehicle(
    driving: Bench,
) -> None:
    driving.now_s += 0.4
    outputs = driving.run(1.0)
    assert not any(o.base.emergency_stop for o in outputs if o.base)
    assert driving.motors.rpm == pytest.approx(RPM, abs=1)
