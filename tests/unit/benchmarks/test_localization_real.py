"""The benchmark of localization on a real drive: its converters, its judge, its alternatives."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import localization_real
from benchmarks.localizing import kitti, wheel_data, withheld
from navigation.localization.replay import DriveLog
from patrol.errors import LogError
from patrol.geodesy import enu_from_wgs84
from patrol.vehicle import load_vehicle

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")
IMU_NAMES = "Time dt accelX accelY accelZ omegaX omegaY omegaZ"
LINE = np.array([(float(t), 3.0 * t, 1.0, 0.0) for t in range(100)])


def write(folder: Path, imu: str, gps: str) -> Path:
    (folder / kitti.IMU_FILE).write_text(f"{IMU_NAMES}\n{imu}\n")
    (folder / kitti.GPS_FILE).write_text(f"Time,X,Y,Z\n{gps}\n")
    return folder


def circle(seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """A car that surges round a circle of 40 m: rows of both files."""
    t = np.arange(0.0, seconds, 0.01)
    speed = 5.0 + np.sin(t / 4)
    way = 5.0 * t - 4.0 * np.cos(t / 4) + 4.0
    zero = np.zeros_like(t)
    imu = np.column_stack(
        (t, zero + 0.01, np.cos(t / 4) / 4, zero, zero + 9.8, zero, zero, speed / 40)
    )
    turn = way / 40
    places = np.column_stack((t, 40 * np.sin(turn), 40 * (1 - np.cos(turn)), zero))
    return imu, places[50::100]


# --- the converters ---


def test_columns_are_found_by_their_place_and_axes_are_kept(tmp_path: Path) -> None:
    folder = write(tmp_path, "1 1 10 20 30 4 5 6\n2 1 11 21 31 4 5 7", "1,-6.5,2,9\n2,3,4,9")
    assert kitti.imu_of(kitti.read_imu(folder)).tolist() == [[1, 6, 10, 20], [2, 7, 11, 21]]
    assert kitti.read_places(folder).tolist() == [[1, -6.5, 2, 9], [2, 3, 4, 9]]


def test_fixes_lie_where_the_places_do() -> None:
    rows = kitti.fixes_of(np.array([(1.0, -120.0, 340.0, 0.0)]))
    (fix,) = DriveLog.from_arrays((), rows, ()).fixes
    east, north, _ = enu_from_wgs84(fix.position, kitti.ORIGIN)
    assert (east, north) == pytest.approx((-120.0, 340.0), abs=0.01)
    assert (fix.stamp_s, fix.sigma_m) == (1.0, kitti.SIGMA_M)


@pytest.mark.parametrize(
    ("imu", "line"),
    [("1 1 2 3", "could not|expected 2 rows"), ("1 1 1 1 1 1 1 1", "expected 2 rows"),
     ("1 1 1 1 1 1 1 x\n2 1 1 1 1 1 1 1", "could not convert"),
     ("2 1 1 1 1 1 1 1\n1 1 1 1 1 1 1 1", "does not grow"),
     ("1 1 1 1 1 1 1 nan\n2 1 1 1 1 1 1 1", "not finite")],
)  # fmt: skip
def test_a_file_of_another_shape_is_refused_by_name(tmp_path: Path, imu: str, line: str) -> None:
    with pytest.raises(LogError, match=rf"{kitti.IMU_FILE}: .*({line})"):
        kitti.read_imu(write(tmp_path, imu, "1,2,3,4"))


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=kitti.GPS_FILE):
        kitti.read_places(tmp_path)


def test_an_unpacked_wheel_is_not_downloaded_again(tmp_path: Path) -> None:
    folder = tmp_path / "gtsam-4.3.0"
    (folder / "gtsam" / "Data").mkdir(parents=True)
    assert wheel_data.unpacked(tmp_path) == folder


# --- what is kept back ---


@pytest.mark.parametrize("count", [99, 100])
def test_every_second_fix_is_kept_back_and_a_fix_follows_each(count: int) -> None:
    given = withheld.every_second(LINE[:count])
    assert np.flatnonzero(~given).tolist() == list(range(1, 98, 2))


@pytest.mark.parametrize("length_s", [10.0, 20.0, 30.0])
def test_stretches_are_kept_back_whole_and_end_in_fixes(length_s: float) -> None:
    hidden = np.flatnonzero(~withheld.but_stretches(LINE, length_s))
    begin = int(withheld.FIRST_S)
    # A second stretch, from 90 s on, would have to end before the log does.
    assert hidden.tolist() == list(range(begin, begin + int(length_s)))


def test_the_straight_line_is_exact_on_one_and_cuts_corners() -> None:
    given = withheld.every_second(LINE)
    assert withheld.errors_m(withheld.interpolated(LINE, given), LINE, given).max() < 1e-9
    _, places = circle(60.0)
    given = withheld.but_stretches(places, 20.0)
    errors = withheld.errors_m(withheld.interpolated(places, given), places, given)
    assert errors.max() > 10.0


def test_dead_reckoning_follows_the_gyro_at_the_speed_it_had() -> None:
    t = np.arange(0.0, 60.0, 0.01)
    imu = np.column_stack((t, np.full_like(t, 0.1)))
    turn = 0.1 * np.arange(60.0)
    places = np.column_stack((np.arange(60.0), 40 * np.sin(turn), 40 * (1 - np.cos(turn))))
    given = withheld.but_stretches(places, 20.0)
    errors = withheld.errors_m(withheld.dead_reckoned(places, given, imu), places, given)
    assert len(errors) == 20
    assert errors.max() < 0.2  # a chord is 0.04 % shorter than its arc
    assert np.isnan(withheld.dead_reckoned(places, given, imu)[:2]).all()


def test_a_summary_counts_what_has_no_answer() -> None:
    text = withheld.summary(np.array([3.0, 4.0, math.nan]))
    assert "RMS 3.54" in text
    assert "max 4.00 m of 2, 1 without an answer" in text
    assert withheld.summary(np.array([math.nan])) == "no answer"
    assert withheld.rms_m(np.array([math.nan])) == math.inf


def test_two_are_compared_where_both_have_an_answer() -> None:
    theirs, ours = np.array([2.0, 90.0, math.nan]), np.array([1.0, math.nan, 9.0])
    assert withheld.times_ours(theirs, ours) == pytest.approx(2.0)
    assert withheld.times_ours(theirs, np.full(3, math.nan)) == 0.0


def test_only_who_has_not_answered_yet_may_be_silent() -> None:
    assert withheld.silences(np.array([math.nan, math.nan, 1.0, 2.0])) == 0
    assert withheld.silences(np.array([math.nan, 1.0, math.nan, 2.0])) == 1
    assert withheld.silences(np.full(3, math.nan)) == 3


# --- the whole of it, on a made drive ---


def test_ours_knows_no_fix_that_is_kept_back() -> None:
    imu, places = circle(80.0)
    given = withheld.but_stretches(places, 20.0)
    honest = localization_real.ours(imu, places, given, SPEC)
    moved = places.copy()
    moved[~given, 1:3] += 500.0
    assert np.array_equal(honest, localization_real.ours(imu, moved, given, SPEC), equal_nan=True)


def test_a_worse_localizer_misses_its_targets() -> None:
    errors = {localization_real.OURS: np.array([2.0]), localization_real.LINE: np.array([1.0]),
              localization_real.RECKONED: np.array([4.0])}  # fmt: skip
    met = [target.met for target in localization_real.targets({"a case": errors})]
    assert met == [True, False, True]


def test_a_localizer_that_falls_silent_misses_its_targets() -> None:
    errors = {localization_real.OURS: np.array([math.nan, 0.1, math.nan]),
              localization_real.LINE: np.array([1.0, 1.0, 1.0])}  # fmt: skip
    met = [target.met for target in localization_real.targets({"a case": errors})]
    assert met == [False, True]


def test_a_folder_of_data_alone_is_no_gtsam(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gtsam" / "Data").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "gtsam", raising=False)
    assert localization_real.imported(tmp_path) is None
    assert "left out" in capsys.readouterr().out
    sys.modules.pop("gtsam", None)


def test_missing_data_is_one_line_and_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["localization_real.py", "--data", str(tmp_path)])
    assert localization_real.main() == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_the_program_tells_each_alternative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    imu, places = circle(120.0)
    data = tmp_path / "gtsam" / "Data"
    data.mkdir(parents=True)
    rows = ("\n".join(" ".join(map(str, row)) for row in imu),
            "\n".join(",".join(map(str, row)) for row in places))  # fmt: skip
    write(data, *rows)
    monkeypatch.setattr("sys.argv", ["localization_real.py", "--data", str(tmp_path)])
    monkeypatch.setattr(localization_real, "imported", lambda _: None)
    assert localization_real.main() == 0
    out = capsys.readouterr().out
    for name in (localization_real.OURS, localization_real.LINE, localization_real.RECKONED):
        assert out.count(f"  {name}: RMS") == 4
