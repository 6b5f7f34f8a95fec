"""`sunra base check` on emulators: what answers, what does not, and the exit status."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from patrol_base.check_cli import base_group
from tests.unit.hardware.bench import VEHICLES, Bench, text_at


@pytest.fixture
def served(bench: Bench) -> Iterator[Bench]:
    """The emulators answer in a thread of their own, on the machine's time."""
    ending = threading.Event()

    def serve() -> None:
        tick = 0
        while not ending.wait(0.005):
            tick += 1
            for emulator in bench.emulators:
                emulator.serve(tick * 0.005)

    server = threading.Thread(target=serve)
    server.start()
    yield bench
    ending.set()
    server.join()


def check(folder: Path) -> tuple[int, str]:
    path = folder / "hardware.yaml"
    path.write_text(text_at(folder))
    arguments = ["check", str(path), "--vehicle", str(VEHICLES / "goalie.yaml"), "--for", "1.5"]
    result = CliRunner().invoke(base_group, arguments)
    return result.exit_code, result.output


def test_everything_that_answers_is_named_and_nothing_moves(served: Bench, tmp_path: Path) -> None:
    status, said = check(tmp_path)
    assert status == 0, said
    for fact in (
        "motor_controller: ready", "FID: Roboteq v2.0 FBL2360 07/08/2019", "battery_v: 53",
        "relay_board: ready", "module: 7060", "emergency_stop_circuit: closed",
        "imu: ready", "device_id: 0380ABCD", "firmware: 1.12.0", "fix: rtk_fixed",
        "corrections: ready",
    ):  # fmt: skip
        assert fact in said, said
    assert served.motors.rpm == 0
    assert served.relays.relays == 0


def test_what_does_not_answer_is_named_and_the_status_says_so(
    served: Bench, tmp_path: Path
) -> None:
    served.imu.unplug()
    served.radio.unplug()
    status, said = check(tmp_path)
    assert status == 1
    assert f"imu: closed: {tmp_path}/imu: No such file or directory\n" in said
    assert f"corrections: closed: {tmp_path}/radio: No such file or directory\n" in said
    assert "relay_board: ready" in said
