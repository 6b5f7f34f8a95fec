"""`sunra localize …` as a person types it."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rosbags.rosbag2 import StoragePlugin

import sunra
from navigation.localization.localizer import Localizer
from navigation.localization.replay import replay, times_of
from tests.unit.navigation.localization.bags import write_bag
from tests.unit.navigation.localization.drives import ORIGIN, SPEC
from tests.unit.navigation.localization.recorded import Recorded, record, write, write_logs
from tests.unit.navigation.localization.test_inertial_speed import log_of, surging

Call = Callable[..., tuple[int | str | None, str, str]]
MAP_ORIGIN = ("--origin", f"{ORIGIN.latitude_deg},{ORIGIN.longitude_deg}")


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """The front door; returns status, output, errors."""

    def run(*arguments: object) -> tuple[int | str | None, str, str]:
        monkeypatch.setattr(sys, "argv", ["sunra", "localize", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            sunra.main()
        captured = capsys.readouterr()
        return stop.value.code, captured.out, captured.err

    return run


@pytest.fixture(scope="module")
def drive() -> Recorded:
    return record(25.0)


@pytest.fixture
def logs(tmp_path: Path, drive: Recorded) -> Path:
    write_logs(drive, tmp_path)
    return tmp_path


def csv_options(folder: Path, **others: Path) -> list[object]:
    files = {name: folder / f"{name}.csv" for name in ("odometry", "imu", "gnss")} | others
    return [word for name, path in files.items() for word in (f"--{name}", path)]


def metres(line: str, name: str) -> float:
    found = re.search(rf"position .*?{name} ([\d.]+)", line)
    assert found, line
    return float(found[1])


def test_the_track_is_that_of_the_localizer(call: Call, logs: Path, drive: Recorded) -> None:
    out = logs / "track.csv"
    status, text, err = call(*csv_options(logs), *MAP_ORIGIN, "--out", out)
    assert (status, err) == (0, "")
    assert f"odometry: {len(drive.log.odometry)} samples, {len(drive.log.odometry)} taken" in text
    assert f"wrote {out}" in text
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    times = times_of(drive.log, 10.0)
    moments = replay(Localizer(SPEC, ORIGIN), drive.log, times).at(times)
    assert len(rows) == len(moments) == 250
    assert (rows[0]["x_m"], rows[0]["status"]) == ("", "initializing")
    last, moment = rows[-1], moments[-1]
    assert moment.pose is not None
    # The option gives the origin no height but the first fix's.
    assert float(last["x_m"]) == pytest.approx(moment.pose.pose.x_m, abs=0.01)
    assert float(last["y_m"]) == pytest.approx(moment.pose.pose.y_m, abs=0.01)
    assert float(last["yaw_rad"]) == pytest.approx(moment.pose.pose.yaw_rad, abs=1e-3)
    assert float(last["latitude_deg"]) == pytest.approx(ORIGIN.latitude_deg, abs=1e-3)
    assert last["status"] == "ok"


def test_errors_are_told_against_withheld_fixes_and_the_truth(call: Call, logs: Path) -> None:
    more = ("--withhold-gnss", "12-20", "--truth", logs / "truth.csv")
    status, text, err = call(*csv_options(logs), *MAP_ORIGIN, *more)
    assert (status, err) == (0, "")
    withheld = next(line for line in text.splitlines() if line.startswith("withheld fixes: "))
    truth = next(line for line in text.splitlines() if line.startswith("truth: "))
    assert "40 of 40 compared" in withheld
    assert metres(withheld, "RMS") < 0.3
    assert metres(truth, "RMS") < 0.3
    assert re.search(r"heading RMS [\d.]+, p95 [\d.]+, max [\d.]+ degrees", truth)
    assert "40 more withheld" in text
    assert not (logs / "track.csv").exists()


def test_the_rate_of_the_rows_is_the_one_asked_for(call: Call, logs: Path) -> None:
    out = logs / "track.csv"
    status, text, _ = call(*csv_options(logs), "--out", out, "--rate-hz", 2)
    assert status == 0
    assert "of 50 rows" in text
    assert len(out.read_text().splitlines()) == 51


def test_a_recording_gives_what_its_csv_gives(call: Call, logs: Path, drive: Recorded) -> None:
    write_bag(logs / "bag", drive.log, StoragePlugin.MCAP)
    truth = (*MAP_ORIGIN, "--truth", logs / "truth.csv")
    _, from_csv, _ = call(*csv_options(logs), *truth)
    status, text, err = call("--mcap", logs / "bag", *truth)
    assert (status, err) == (0, "")
    line = text.splitlines()[-1]
    assert metres(line, "RMS") == pytest.approx(
        metres(from_csv.splitlines()[-1], "RMS"), abs=0.005
    )


def test_without_an_imu_the_steering_turns_the_vehicle(call: Call, logs: Path) -> None:
    options = csv_options(logs)
    del options[2:4]
    status, text, err = call(*options, *MAP_ORIGIN, "--truth", logs / "truth.csv")
    assert (status, err) == (0, "")
    assert "imu: 0 samples" in text
    assert metres(text.splitlines()[-1], "p95") < 0.5


def test_without_wheels_the_speed_is_made_of_imu_and_fixes(call: Call, tmp_path: Path) -> None:
    log, _ = log_of(surging, 60.0, bias=0.1, rate=0.1)
    write(tmp_path / "imu.csv", "stamp_s,yaw_rate_radps,ax_mps2", (
        (s.stamp_s, s.yaw_rate_radps, s.ax_mps2) for s in log.imu
    ))  # fmt: skip
    write(tmp_path / "gnss.csv", "stamp_s,latitude_deg,longitude_deg,sigma_m,fix", (
        (f.stamp_s, f.position.latitude_deg, f.position.longitude_deg, f.sigma_m, "rtk_fixed")
        for f in log.fixes
    ))  # fmt: skip
    options = csv_options(tmp_path)[2:]
    status, text, err = call(*options, *MAP_ORIGIN, "--withhold-gnss", "40-50")
    assert (status, err) == (0, "")
    assert text.startswith("odometry: none; the speed is made of the IMU's")
    assert "10 of 10 compared" in text
    assert 0.05 < metres(text.splitlines()[-1], "max") < 5.0  # 10 s without fixes
    status, _, err = call(*options, *MAP_ORIGIN, "--withhold-gnss", "0-99")
    assert (status, "gnss: without wheel odometry" in err) == (2, True)


WRONG: dict[str, tuple[Callable[[Path], list[object]], str]] = {
    "no wheels": (
        lambda f: csv_options(f)[4:], "--odometry: wheel odometry is needed, or --imu with ax_mps2"
    ),
    "no wheels, no acceleration": (
        lambda f: csv_options(f)[2:], "imu: without wheel odometry the forward acceleration"
    ),
    "no fixes": (lambda f: csv_options(f)[:4], "--gnss: fixes are needed"),
    "both": (lambda f: [*csv_options(f), "--mcap", f / "bag"], "--mcap: holds all three logs"),
    "a missing log": (lambda f: csv_options(f, imu=f / "none.csv"), "none.csv: no such file"),
    "a log of another kind": (
        lambda f: csv_options(f, imu=f / "gnss.csv"),
        "gnss.csv:1: column 'yaw_rate_radps' is missing",
    ),
    "a missing vehicle": (
        lambda f: [*csv_options(f), "--vehicle", f / "none.yaml"], "none.yaml: no such file"
    ),
    "no origin": (lambda f: [*csv_options(f), "--origin", "here"], "'here' is not LAT,LON"),
    "an origin nowhere": (lambda f: [*csv_options(f), "--origin", "99,0"], "'99,0' is not LAT"),
    "no span": (lambda f: [*csv_options(f), "--withhold-gnss", "9"], "'9' is not FROM-TO"),
    "a span backwards": (
        lambda f: [*csv_options(f), "--withhold-gnss", "9-3"], "'9-3' is not FROM-TO"
    ),
    "a span without fixes": (
        lambda f: [*csv_options(f), "--withhold-gnss", "90-99"],
        "90-99: no fix is in that time; the log lasts 25.0 s",
    ),
    "a truth that is none": (
        lambda f: [*csv_options(f), "--truth", f / "imu.csv"], "imu.csv:1: column 'x_m' is missing"
    ),
    "a track over a log": (
        lambda f: [*csv_options(f), "--out", f / "imu.csv"], "imu.csv is one of the logs"
    ),
    "a rate of nothing": (lambda f: [*csv_options(f), "--rate-hz", 0], "0.0 is not in the range"),
    "a rate that is none": (
        lambda f: [*csv_options(f), "--rate-hz", "nan"], "--rate-hz: nan is no rate"
    ),
    "a folder that is not there": (
        lambda f: [*csv_options(f), "--out", f / "none" / "track.csv"],
        "track.csv: cannot be written: No such file or directory",
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", WRONG)
def test_bad_input_is_one_line_and_nothing_is_written(call: Call, logs: Path, title: str) -> None:
    make, said = WRONG[title]
    before = sorted(logs.rglob("*"))
    status, out, err = call("--out", logs / "track.csv", *make(logs))
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("sunra: ")
    assert said in err
    assert sorted(logs.rglob("*")) == before


def test_a_receiver_that_never_had_a_fix_is_said(call: Call, logs: Path) -> None:
    gnss = logs / "gnss.csv"
    gnss.write_text(gnss.read_text().replace("rtk_fixed", "none"))
    status, _, err = call(*csv_options(logs))
    assert status == 2
    assert "gnss: the receiver never had a fix" in err


def test_a_drive_that_never_finds_its_heading_says_so(call: Call, logs: Path) -> None:
    status, text, err = call(*csv_options(logs), "--withhold-gnss", "0-24")
    assert (status, err) == (0, "")
    assert "no pose in 100.0 %" in text
    assert "no heading was found" in text
    assert "withheld fixes: none of 121 could be compared" in text
