"""Smoke: a warm column that billows over one place; bodies, walls and flames are none."""

from __future__ import annotations

import math

import numpy as np
import pytest
import staged_flames as staged
from staged_flames import THERMAL, Look, Painter, blob, flames

from patrol.covariance import round_covariance, sigma_of
from patrol.incident import IncidentPhase
from perception.incidents import IncidentBook, IncidentConfig
from perception.rules.smoke import SmokeConfig, SmokeRule


def rule() -> SmokeRule:
    return SmokeRule(SmokeConfig())


def told(rule: SmokeRule, painters: list[Painter], seconds: float, **how: object) -> list:
    return staged.told(rule, painters, seconds, colour=False, **how)


def smoke(x_m: float, y_m: float, width_m: float = 0.8, degrees_c: float = 60.0,
          steady: bool = False) -> Painter:  # fmt: skip
    """Puffs that rise at 1.1 m/s and widen (`steady`: they hang there)."""

    def paint(look: Look) -> None:
        t = 0.0 if steady else look.t
        for i in range(26):
            age = (t / 3.0 + i / 26) % 1.0
            born = math.floor(t / 3.0 + i / 26)
            side = 0.25 * width_m * math.sin(7.0 * (i + 3 * born))
            place = (x_m, y_m + side, 0.2 + 3.3 * age)
            radius = width_m * (0.28 + 0.45 * age)
            thick = 0.42 if steady else float(look.rng.uniform(0.2, 0.64))
            blob(look.celsius, look.warm_eye, place, radius, degrees_c, thick * (1 - age) ** 0.8)

    return paint


def body(distance_m: float, degrees_c: float = 34.5) -> Painter:
    """Somebody who stands before the vehicle and waves."""

    def paint(look: Look) -> None:
        sway = 0.1 * math.sin(4 * look.t)
        for z in np.arange(0.1, 1.8, 0.15):
            place = (1.1 + distance_m, sway + 0.03 * float(look.rng.normal()), float(z))
            blob(look.celsius, look.warm_eye, place, 0.22, degrees_c)

    return paint


def warm_wall(degrees_c: float) -> Painter:
    def paint(look: Look) -> None:
        look.celsius[:60, 40:70] = degrees_c

    return paint


def asphalt(degrees_c: float) -> Painter:
    def paint(look: Look) -> None:
        look.celsius[THERMAL.height_px // 2 - 10 :] = degrees_c

    return paint


def climbing_street(degrees_c: float, shade: float = 0.0) -> Painter:
    """Asphalt whose crest stands between cooler walls above the horizon, and sways as one drives;
    a share of the ground lies in the shade."""

    def paint(look: Look) -> None:
        below = THERMAL.height_px // 2 - 10
        look.celsius[:below] = degrees_c - 7.0
        look.celsius[below:] = degrees_c
        look.celsius[below:, : round(shade * THERMAL.width_px)] = degrees_c - 6.0
        for row in range(12):
            half = 8 + 2 * row + round(float(look.rng.uniform(-2, 2)))
            middle = THERMAL.width_px // 2 + round(5 * math.sin(look.t))
            look.celsius[below - 12 + row, middle - half : middle + half] = degrees_c

    return paint


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("speed_mps", [0.0, 0.5])
def test_smoke_is_told_once_where_it_rises(speed_mps: float, seed: int) -> None:
    found = told(rule(), [smoke(9.0, 1.0)], 10.0, speed_mps=speed_mps, seed=seed)
    assert {finding.key for _, finding in found} == {1}
    first_s, first = found[0]
    assert sigma_of(first.covariance_m2) == pytest.approx(first.position_sigma_m)
    assert first.covariance_m2 != round_covariance(first.position_sigma_m)
    assert 3.4 <= first_s <= 7.0
    assert math.dist((first.x_m, first.y_m), (9.0, 1.0)) < 2.0
    assert first.box_xyxy is not None


def test_smoke_over_asphalt_in_the_sun_is_told() -> None:
    assert told(rule(), [asphalt(40.0), smoke(9.0, 1.0)], 10.0)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("shade", [0.0, 0.3, 0.7])
def test_a_street_in_the_sun_that_climbs_is_no_smoke(shade: float, seed: int) -> None:
    """Quiet hours told of smoke at each crest of a hillside on clear afternoons."""
    assert not told(rule(), [climbing_street(37.5, shade)], 10.0, seed=seed)


def road_ahead(degrees_c: float, width: float) -> Painter:
    """Asphalt beyond a lawn, above the horizon, a share of the picture wide."""

    def paint(look: Look) -> None:
        below = THERMAL.height_px // 2 - 20
        look.celsius[below:] = 27.0
        high = 5 + round(float(look.rng.uniform(-2, 2)))
        look.celsius[below - high : below, : round(width * THERMAL.width_px)] = degrees_c

    return paint


@pytest.mark.parametrize("width", [0.2, 0.5])
def test_a_road_in_the_sun_beyond_a_lawn_is_no_smoke(width: float) -> None:
    assert not told(rule(), [road_ahead(38.0, width)], 10.0)


@pytest.mark.parametrize("shade", [0.0, 0.7])
def test_smoke_before_a_street_in_the_sun_that_climbs_is_told(shade: float) -> None:
    assert told(rule(), [climbing_street(37.5, shade), smoke(9.0, 1.0, degrees_c=50.0)], 10.0)


def test_one_column_in_pieces_is_one_incident() -> None:
    def pole(look: Look) -> None:
        look.celsius[30:34] = 20.0  # something stands before it

    book, opened = IncidentBook(IncidentConfig(), "map"), []
    for t, finding in told(rule(), [smoke(9.0, 1.0), pole], 12.0):
        opened += [i for i, _ in book.step([finding], t) if i.phase is IncidentPhase.OPENED]
    assert len(opened) == 1


def test_a_wisp_is_no_smoke() -> None:
    assert not told(rule(), [smoke(9.0, 1.0, width_m=0.15)], 10.0)


@pytest.mark.parametrize("distance_m", [1.0, 2.0, 5.0])
def test_a_body_is_no_smoke(distance_m: float) -> None:
    assert not told(rule(), [body(distance_m)], 8.0)


def test_what_is_warm_and_hangs_there_is_no_smoke() -> None:
    assert not told(rule(), [smoke(9.0, 1.0, steady=True)], 10.0)
    assert not told(rule(), [warm_wall(45.0)], 10.0)
    assert not told(rule(), [asphalt(52.0)], 10.0)


def test_smoke_over_flames_is_the_fires() -> None:
    assert not told(rule(), [smoke(9.0, 1.0), flames(9.0, 1.0, 0.6)], 10.0)


def test_without_a_thermal_camera_nothing_is_said() -> None:
    assert not told(rule(), [smoke(9.0, 1.0)], 10.0, thermal=False)


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"hold_s": 0.0}, r"hold_s: 0.0 must be in \(0, 60\]"),
        ({"least_c": 70.0}, r"least_c: 70.0 must be in \[30, flame_c\)"),
        ({"flicker": 0.0}, r"flicker: 0.0 must be in \(0, 1\)"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        SmokeConfig(**limits)
