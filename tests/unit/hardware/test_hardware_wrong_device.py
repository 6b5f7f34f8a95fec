"""Each driver before a device that is silent, noisy, an echo or the wrong one: named, not used."""

from __future__ import annotations

import termios
from dataclasses import replace
from pathlib import Path

import pytest

from patrol_base.hardware.link import LinkState
from patrol_base.hardware.motor_controller import DriveOrder, MotorController
from patrol_base.hardware.port import SerialPort
from patrol_base.hardware.relay_board import RelayBoard, RelayOrder, RelayReport
from tests.unit.hardware.bench import START_S, VEHICLE, Bench, at, run
from tests.unit.hardware.dcon_emulator import DconEmulator
from tests.unit.hardware.pty_line import Behaviour, CountedPort
from tests.unit.hardware.roboteq_emulator import RoboteqEmulator

DEVICES = {
    "motors": "motor_controller", "relays": "relay_board", "imu": "imu", "gnss": "gnss",
    "radio": "corrections",
}  # fmt: skip
each_device = pytest.mark.parametrize("name", sorted(DEVICES))
each_that_is_asked = pytest.mark.parametrize("name", sorted(DEVICES.keys() - {"radio"}))


def told(bench: Bench, name: str) -> tuple[LinkState, str]:
    reports = {report.name: report for report in bench.hardware.reports(bench.now_s)}
    return reports[DEVICES[name]].state, reports[DEVICES[name]].reason


@each_device
def test_another_baud_rate_is_noise(bench: Bench, name: str) -> None:
    getattr(bench, name).speed = termios.B38400
    bench.run(1.5)
    state, reason = told(bench, name)
    assert state is LinkState.NOISE
    assert "baud_rate_bps" in reason


@each_that_is_asked
def test_what_is_wrong_stays_named_while_the_port_is_opened_again(bench: Bench, name: str) -> None:
    getattr(bench, name).behaviour = Behaviour.ECHO
    bench.run(1.0)
    for _ in range(60):
        bench.run(0.1)
        assert told(bench, name)[0] is LinkState.ECHO


@each_that_is_asked
@pytest.mark.parametrize("behaviour", [Behaviour.ECHO, Behaviour.MUTE])
def test_an_echo_or_silence_is_named(bench: Bench, name: str, behaviour: Behaviour) -> None:
    getattr(bench, name).behaviour = behaviour
    bench.order = DriveOrder(1.0, 0.0)
    bench.run(1.5)
    wanted = LinkState.ECHO if behaviour is Behaviour.ECHO else LinkState.SILENT
    assert told(bench, name)[0] is wanted
    assert (bench.motors.rpm == 0) is (name in ("motors", "relays"))


@each_device
def test_a_device_that_is_missing_is_named_and_found_when_it_comes(
    bench: Bench, name: str
) -> None:
    emulator = getattr(bench, name)
    emulator.unplug()
    bench.run(0.5)
    state, reason = told(bench, name)
    assert state is LinkState.CLOSED
    assert str(emulator.path) in reason
    emulator.plug()
    bench.run(3.0)
    assert told(bench, name) == (LinkState.READY, "")


@pytest.mark.parametrize(
    ("modes", "pulses", "says"),
    [
        ([0, 2], [1024, 0], "MMOD is 0:2: the drive's closed-loop speed mode must be 1"),
        ([1, 0], [1024, 0], "MMOD is 1:0: the steering's closed-loop relative position mode"),
        ([1, 2], [500, 0], "EPPR is 500:0: the drive's encoder pulses must be 1024"),
    ],
)
def test_a_controller_that_is_set_otherwise_is_refused(
    bench: Bench, modes: list[int], pulses: list[int], says: str
) -> None:
    bench.motors.modes, bench.motors.pulses = modes, pulses
    bench.order = DriveOrder(1.0, 0.0)
    bench.run(1.0)
    state, reason = told(bench, "motors")
    assert state is LinkState.REFUSED
    assert says in reason
    assert {command[:5] for command in bench.motors.commands} == {"!S 1 "}
    assert bench.motors.wanted_rpm == 0
    assert bench.relays.relays == 0


def test_the_controllers_watchdog_is_set_and_set_again_after_a_restart(bench: Bench) -> None:
    bench.order = DriveOrder(1.0, 0.0)
    bench.run(1.5)
    assert bench.motors.watchdog_ms == 250
    bench.motors.switched_on()  # its supply failed; the line stayed
    assert bench.motors.watchdog_ms == 1000
    bench.run(1.5)
    assert bench.motors.watchdog_ms == 250
    assert bench.motors.rpm > 0


def test_the_controllers_watchdog_stops_the_motor_of_a_dead_computer(bench: Bench) -> None:
    bench.order = DriveOrder(1.0, 0.0)
    bench.run(1.5)
    assert bench.motors.rpm > 0
    bench.motors.serve(bench.now_s + 0.3)
    bench.motors.serve(bench.now_s + 0.5)
    assert bench.motors.rpm == 0


def test_another_module_than_a_7060_is_refused(bench: Bench) -> None:
    bench.relays.module = "7065"
    bench.run(1.0)
    assert told(bench, "relays") == (
        LinkState.REFUSED,
        "module '7065' is no I-7060 or M-7060",
    )


def test_a_board_that_would_close_its_relays_by_itself_is_set_right(bench: Bench) -> None:
    bench.run(1.0)
    assert (bench.relays.safe, bench.relays.power_on) == (0, 0)
    bench.run(1.0)
    assert sum(command[3:4] == "5" for command in bench.relays.heard_commands) == 2


def test_relays_that_do_not_follow_are_refused(bench: Bench) -> None:
    bench.order = DriveOrder(1.0, 0.0)
    bench.run(1.5)
    bench.relays.stuck = bench.relays.relays = 0b1000
    outputs = bench.run(1.0)
    state, reason = told(bench, "relays")
    assert state is LinkState.REFUSED
    assert "relays read 1000, written were" in reason
    assert outputs[-1].base is not None
    assert outputs[-1].base.emergency_stop


@pytest.mark.parametrize(
    ("roll_rad", "says"), [(3.1, "mounted upside down"), (1.0, "mounted 57 degrees askew")]
)
def test_an_imu_that_gravity_disagrees_with_is_refused(
    bench: Bench, roll_rad: float, says: str
) -> None:
    bench.imu.roll_rad = roll_rad
    outputs = bench.run(2.0)
    state, reason = told(bench, "imu")
    assert state is LinkState.REFUSED
    assert says in reason
    assert all(o.imu is None and o.base is None for o in outputs)


def test_a_frozen_imu_is_silent(bench: Bench) -> None:
    bench.run(2.0)
    bench.imu.is_frozen = True
    outputs = bench.run(1.0)
    assert outputs[-1].imu is None
    assert told(bench, "imu")[0] is not LinkState.READY


def test_a_reversed_motor_turns_the_other_way_and_reads_forward(tmp_path: Path) -> None:
    spec = at(tmp_path).motor_controller
    spec = replace(
        spec,
        drive=replace(spec.drive, reversed=True),
        steering=replace(spec.steering, reversed=True, trim_rad=0.05),
    )
    motors = RoboteqEmulator(Path(spec.device))
    driver = MotorController(CountedPort(spec.device, spec.baud_rate_bps, motors), spec, VEHICLE)
    order = DriveOrder(1.0, 0.3)
    now_s = run(lambda now_s: driver.step(order, now_s), [motors], START_S, 1.5)
    report = driver.step(order, now_s)
    assert report is not None
    assert motors.rpm < 0
    assert motors.position < 0
    assert report.speed_mps == pytest.approx(1.0, abs=0.01)
    assert report.steering_rad == pytest.approx(0.3, abs=0.001)
    driver.close(now_s)
    motors.unplug()


def test_a_line_in_use_or_none_at_all_is_named_once(tmp_path: Path) -> None:
    emulator = RoboteqEmulator(tmp_path / "motors")
    first, second = (SerialPort(str(emulator.path), 115_200) for _ in range(2))
    first.open()
    with pytest.raises(OSError, match=f"^{emulator.path}: in use by another program$"):
        second.open()
    first.close()
    second.open()
    emulator.unplug()
    with pytest.raises(OSError, match=f"^{emulator.path}: "):
        second.read()
    second.close()
    with pytest.raises(OSError, match=f"^{emulator.path}: No such file or directory$"):
        second.open()
    with pytest.raises(OSError, match=r"^/dev/null: not a serial line$"):
        SerialPort("/dev/null", 115_200).open()


class SlowBoard(DconEmulator):
    """Answers a cycle later than others; one answer is `late_s` on its way, the next behind it."""

    late_s = 0.02

    def switched_on(self) -> None:
        super().switched_on()
        self._under_way: list[tuple[float, bytes]] = []

    def answer(self, heard: bytes, now_s: float) -> bytes:
        if said := super().answer(heard, now_s):
            self._under_way.append((now_s + self.late_s, said))
            self.late_s = SlowBoard.late_s
        arrived = b""
        while self._under_way and self._under_way[0][0] <= now_s + 1e-6:
            arrived += self._under_way.pop(0)[1]
        return arrived


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_ones(tmp_path: Path) -> None:
    spec = at(tmp_path).relay_board
    board = SlowBoard(Path(spec.device))
    driver = RelayBoard(CountedPort(spec.device, spec.baud_rate_bps, board), spec)
    reports: list[RelayReport | None] = []

    def step(now_s: float) -> None:
        reports.append(driver.step(RelayOrder(motor_power=True), now_s))

    now_s = run(step, [board], START_S, 2.0)
    assert reports[-1] is not None
    for late_s in (0.10, 0.12, 0.14, 0.16):
        board.late_s = late_s
        reports.clear()
        now_s = run(step, [board], now_s, 1.0)
        assert None not in reports, late_s
    driver.close(now_s)
    board.unplug()
