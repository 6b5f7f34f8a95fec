"""Fire: hot and flickering, or flame colours that flicker; one place, one fire."""

from __future__ import annotations

import json
import math

import cv2
import numpy as np
import pytest
from staged_flames import Look, Painter, blob, flames, hot_thing, told

from patrol.incident import IncidentPhase
from perception.incidents import IncidentBook, IncidentConfig
from perception.rules.fire import FireConfig, FireRule
from perception.rules.fire_looks import LookConfig
from tests.real_pictures import picture


def rule() -> FireRule:
    return FireRule(FireConfig())


def wall(range_m: float) -> np.ndarray:
    """Lidar returns of a wall across the way, ahead of base_link."""
    return np.column_stack((np.full(200, range_m), np.linspace(-5, 5, 200)))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("thermal", [True, False])
@pytest.mark.parametrize("speed_mps", [0.0, 0.6])
def test_flames_are_told_where_they_burn(thermal: bool, speed_mps: float, seed: int) -> None:
    found = told(rule(), [flames(8.0, 1.5)], 7.0, thermal=thermal, speed_mps=speed_mps, seed=seed)
    assert {finding.key for _, finding in found} == {1}
    first_s, first = found[0]
    assert first_s <= (2.6 if thermal else 4.6)
    assert math.dist((first.x_m, first.y_m), (8.0, 1.5)) < 1.0
    assert first.details["by"] == ("thermal" if thermal else "picture")
    assert ("hottest_c" in first.details) is thermal
    json.dumps(first.details, allow_nan=False)  # the incident's message is JSON: no NaN
    assert first.box_xyxy is not None


def test_one_fire_is_one_incident() -> None:
    book = IncidentBook(IncidentConfig(), "map")
    opened = []
    for t, finding in told(rule(), [flames(8.0, 1.5, 0.4, grow_mps=0.1)], 12.0, speed_mps=0.3):
        changes = book.step([finding], 1000.0 + t)
        opened += [i for i, _ in changes if i.phase is IncidentPhase.OPENED]
    assert len(opened) == 1


def test_two_fires_apart_are_two() -> None:
    found = told(rule(), [flames(8.0, 2.0), flames(8.0, -2.5)], 5.0)
    assert {finding.key for _, finding in found} == {1, 2}


@pytest.mark.parametrize("thermal", [True, False])
def test_a_lighter_or_a_cigarette_is_no_fire(thermal: bool) -> None:
    assert not told(rule(), [flames(6.0, 1.0, 0.05)], 8.0, thermal=thermal)


def test_what_is_hot_and_steady_is_no_fire() -> None:
    assert not told(rule(), [hot_thing(6.0, 1.0, 95.0)], 8.0)
    assert not told(rule(), [hot_thing(9.0, 1.0, 95.0)], 8.0, speed_mps=0.6)


def test_people_and_asphalt_in_the_sun_are_not_hot() -> None:
    assert not told(rule(), [hot_thing(6.0, 1.0, 60.0, 2.0)], 8.0)


@pytest.mark.parametrize("thermal", [True, False])
def test_a_picture_of_flames_does_not_flicker(thermal: bool) -> None:
    """A poster or a light box: colours of flames, cool or steady."""
    assert not told(rule(), [flames(7.0, 1.0, steady=True)], 8.0, thermal=thermal)


def test_flame_colours_that_are_cool_are_no_fire() -> None:
    def cool(look: Look) -> None:
        kept = look.celsius.copy()
        flames(8.0, 0.5)(look)
        look.celsius[:] = kept

    assert not told(rule(), [cool], 8.0)
    assert told(rule(), [cool], 8.0, thermal=False)  # without the thermal camera nobody can tell


def jacket(look: Look) -> None:
    """Somebody in orange who walks to and fro and swings his arms."""
    y = 0.6 * math.sin(1.4 * look.t)
    for z in (0.8, 1.0, 1.2, 1.4):
        place = (7.0, y + 0.06 * float(look.rng.normal()), z)
        blob(look.image, look.eye, place, 0.28, np.array((20.0, 127.0, 250.0)))
        blob(look.celsius, look.warm_eye, place, 0.28, 29.0)


def headlights(look: Look) -> None:
    for y in (-0.7, 0.7):
        place = (22.0 - 2.5 * look.t, 3.5 + y, 0.7)
        if place[0] > 3:
            blob(look.image, look.eye, place, 0.5, np.array((250.0, 255.0, 255.0)))


def low_sun(look: Look) -> None:
    height, width = look.image.shape[:2]
    v, u = np.ogrid[:height, :width]
    glow = np.exp(-((u - 400) ** 2 + (v - 120) ** 2) / 60.0**2)[..., None]
    look.image += glow * np.array((190.0, 260.0, 330.0))


@pytest.mark.parametrize("thermal", [True, False])
@pytest.mark.parametrize("other", [jacket, headlights, low_sun])
def test_what_only_looks_like_it_is_none(other: Painter, thermal: bool) -> None:
    for speed_mps in (0.0, 0.5):
        assert not told(rule(), [other], 9.0, thermal=thermal, speed_mps=speed_mps)


def test_a_fire_behind_a_wall_or_in_a_window_is_at_the_wall() -> None:
    found = told(rule(), [flames(10.0, 0.5, 0.9, lifted_m=2.0)], 8.0, returns=wall(9.0))
    first_s, first = found[0]
    assert first_s < 7.0
    assert math.dist((first.x_m, first.y_m), (10.0, 0.5)) < 2.0


def test_a_doubtful_place_is_waited_for_but_not_for_long() -> None:
    found = told(rule(), [flames(10.0, 0.5, 0.9, lifted_m=2.0)], 9.0)
    assert 4.0 <= found[0][0] <= 6.5
    assert found[0][1].position_sigma_m > FireConfig().place_sigma_m
    xx, _, yy = found[0][1].covariance_m2
    assert xx > 4 * yy, "its foot is not seen: long along the view, which is to the east"


def test_a_flash_is_no_fire() -> None:
    def flash(look: Look) -> None:
        if 2.0 <= look.t < 3.0:
            flames(8.0, 1.0)(look)

    assert not told(rule(), [flash], 8.0)


def test_a_grey_picture_costs_nothing_and_shows_nothing() -> None:
    assert not told(rule(), [], 2.0, level=30.0)


@pytest.mark.parametrize("name", ["bus.jpg", "zidane.jpg"])
def test_no_alarm_on_real_pictures(name: str) -> None:
    real = cv2.resize(picture(name), (640, 360)).astype(np.float64)

    def shaken(look: Look) -> None:
        shift = look.rng.integers(-3, 4, 2)
        look.image[:] = np.roll(real, shift, axis=(0, 1))

    assert not told(rule(), [shaken], 6.0, thermal=False)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: FireConfig(hold_s=0.0), r"hold_s: 0.0 must be in \(0, 30\]"),
        (lambda: FireConfig(flicker=1.0), r"flicker: 1.0 must be in \(0, 1\)"),
        (lambda: LookConfig(hot_c=30.0), r"hot_c: 30.0 must be in \[45, 300\]"),
    ],
)
def test_refuses_limits_that_make_no_sense(make, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()
