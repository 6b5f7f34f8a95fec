"""GNSS among houses: fewer satellites, weaker fixes, honest errors, the same for one seed."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from navigation.types import GnssFix, GnssFixType
from patrol.geodesy import GeoPoint, enu_from_wgs84
from simulation.props import Prism
from simulation.sensors.gnss import GnssModel
from simulation.sensors.sky import SECTORS, Constellation, Sky, Skyline
from simulation.types import SensorOptions

ORIGIN = GeoPoint(37.4843, 126.9293, 75.0)
LATITUDE_RAD = math.radians(ORIGIN.latitude_deg)
OPTIONS = SensorOptions()


def house(x_m: float, y_m: float, length_m: float, depth_m: float, top_m: float) -> Prism:
    corners = ((x_m, y_m), (x_m + length_m, y_m), (x_m + length_m, y_m + depth_m),
               (x_m, y_m + depth_m))  # fmt: skip
    return Prism("h", corners, -1.0, top_m, 0.0)


def canyon(top_m: float, width_m: float = 4.0) -> list[Prism]:
    """Two rows of houses along an alley on the x axis."""
    half = width_m / 2
    return [house(-100, half, 200, 10, top_m), house(-100, -half - 10, 200, 10, top_m)]


def fixes(buildings: list[Prism], seed: int = 3, seconds: float = 120.0) -> list[GnssFix]:
    sky = Sky(buildings, LATITUDE_RAD, np.random.default_rng(seed))
    model = GnssModel(ORIGIN, OPTIONS, np.random.default_rng(seed + 1), sky)
    return [model.read((0.1 * i, 0.0, 1.2), 0.2 * i) for i in range(round(seconds * 5))]


def test_a_wall_hides_the_sky_up_to_its_edge() -> None:
    mask = Skyline([house(10.0, -50.0, 5.0, 100.0, 11.2)]).mask_rad((0.0, 0.0, 1.2))
    assert mask[0] == pytest.approx(math.atan2(10.0, 10.0), abs=0.01)
    assert mask[SECTORS // 2] == 0.0


def test_no_house_no_mask() -> None:
    assert not Skyline([]).mask_rad((0.0, 0.0, 1.2)).any()


def test_satellites_move_and_stay_over_the_horizon() -> None:
    constellation = Constellation(LATITUDE_RAD, np.random.default_rng(0))
    before, after = constellation.directions(0.0), constellation.directions(3600.0)
    assert 20 <= len(before) <= 50
    assert np.linalg.norm(after, axis=1) == pytest.approx(np.ones(len(after)))
    assert not np.array_equal(before[:5], after[:5])


@pytest.mark.parametrize("seed", range(3))
def test_open_sky_is_fixed_all_along(seed: int) -> None:
    assert {fix.fix for fix in fixes([], seed, 60.0)} == {GnssFixType.RTK_FIXED}


def test_higher_houses_weaken_the_fix() -> None:
    means = [
        np.mean([fix.fix for seed in range(4) for fix in fixes(canyon(top), seed, 10.0)])
        for top in (0.5, 6.0, 12.0, 40.0)
    ]
    assert means == sorted(means, reverse=True)
    assert means[0] == GnssFixType.RTK_FIXED
    assert means[-1] < GnssFixType.RTK_FLOAT


def test_a_shaft_has_no_fix() -> None:
    walls = [*canyon(60.0, 3.0), house(-12, -10, 10, 20, 60.0), house(30, -10, 10, 20, 60.0)]
    counts = Counter(fix.fix for fix in fixes(walls, seconds=10.0))
    assert counts[GnssFixType.RTK_FIXED] == 0
    assert counts[GnssFixType.NONE] > 0


@pytest.mark.parametrize("top_m", [0.5, 9.0, 25.0])
def test_errors_stay_within_what_the_receiver_states(top_m: float) -> None:
    ratios = []
    for seed in range(4):
        for i, fix in enumerate(fixes(canyon(top_m), seed, 30.0)):
            east, north, _ = enu_from_wgs84(fix.position, ORIGIN)
            ratios.append(math.hypot(east - 0.1 * i, north) / fix.sigma_m)
    assert np.mean(np.array(ratios) < 3.0) > 0.95


def test_a_fixed_solution_comes_back_late() -> None:
    model = GnssModel(
        ORIGIN, OPTIONS, np.random.default_rng(1),
        Sky([*canyon(40.0)], LATITUDE_RAD, np.random.default_rng(2)),
    )  # fmt: skip
    kinds = [model.read((0.0, 0.0, 1.2), 0.2 * i).fix for i in range(10)]
    kinds += [model.read((400.0, 0.0, 1.2), 2.0 + 0.2 * i).fix for i in range(100)]
    first = kinds.index(GnssFixType.RTK_FIXED, 10)
    assert 0.2 * (first - 10) == pytest.approx(10.0, abs=0.5)
    assert kinds[10] is GnssFixType.RTK_FLOAT


def test_one_seed_one_run() -> None:
    assert fixes(canyon(9.0), 5, 10.0) == fixes(canyon(9.0), 5, 10.0)
    assert fixes(canyon(9.0), 5, 10.0) != fixes(canyon(9.0), 6, 10.0)


def test_without_a_sky_the_antenna_stands_in_the_open() -> None:
    model = GnssModel(ORIGIN, OPTIONS, np.random.default_rng(1))
    assert model.read((0.0, 0.0, 1.2), 0.0).fix is GnssFixType.RTK_FIXED
