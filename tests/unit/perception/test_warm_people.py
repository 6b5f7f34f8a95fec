"""People by temperature: who is found, what is nobody, and when nothing can be told."""

from __future__ import annotations

import math

import numpy as np
import pytest
import staged_warmth as staged
from painted_world import SPEC
from staged_warmth import EYE, Slab, bonnet, dog, lying, scan, standing, thermal

from patrol.geometry import Scan
from perception.config import PerceptionConfig
from perception.placing import Placer
from perception.types import ThermalPicture
from perception.warm_people import WarmLook, WarmPeople
from perception.warm_people_config import WarmPeopleConfig


def look(picture: ThermalPicture, echoes: Scan | None = None) -> WarmLook:
    config = PerceptionConfig()
    placer = Placer(config.ranging, config.projection.max_range_m, SPEC.lidar)
    return WarmPeople(WarmPeopleConfig(), placer, SPEC.lidar).look(picture, EYE, echoes)


@pytest.mark.parametrize("place", [(4.0, 0.3), (8.0, -2.0), (14.0, 3.0), (19.0, 0.0)])
def test_somebody_who_stands_is_where_they_stand(place: tuple[float, float]) -> None:
    (person,) = look(thermal(standing(*place))).people
    point = person.placed.point
    apart = np.array([point.x_m - place[0], point.y_m - place[1]])
    assert apart @ np.linalg.solve(point.covariance, apart) < 9.21
    assert math.hypot(*apart) < 0.1 * place[0] + 0.3
    assert person.placed.height_m == pytest.approx(1.7, abs=0.25)
    assert not person.lies
    assert person.score >= 0.5


def test_the_lidar_says_how_far_somebody_is() -> None:
    (person,) = look(thermal(standing(9.0, 0.0)), scan((9.0, -0.2, 0.2))).people
    assert person.placed.point.from_lidar
    assert person.placed.point.x_m == pytest.approx(9.0, abs=0.1)


@pytest.mark.parametrize("place", [(5.0, 0.5), (8.0, -1.0), (11.0, 2.0)])
def test_somebody_who_lies_is_found(place: tuple[float, float]) -> None:
    (person,) = look(thermal(lying(*place))).people
    assert person.lies
    assert person.placed.width_m == pytest.approx(1.7, abs=0.3)
    assert math.dist((person.placed.point.x_m, person.placed.point.y_m), place) < 1.2


def test_two_side_by_side_are_two() -> None:
    people = look(thermal([*standing(7.0, 0.3), *standing(7.0, -0.2)])).people
    assert sorted(round(p.placed.point.y_m, 1) for p in people) == pytest.approx(
        [-0.2, 0.3], abs=0.15
    )


def test_one_behind_the_other_aside_are_two() -> None:
    people = look(thermal([*standing(6.0, 0.3), *standing(9.0, -0.35)])).people
    assert len(people) == 2
    near, far = sorted(p.placed.point.range_m for p in people)
    assert near == pytest.approx(4.9, abs=0.8)
    assert far == pytest.approx(7.9, abs=1.2)


@pytest.mark.parametrize("x_m", [4.0, 7.0, 11.0])
def test_a_dog_is_nobody(x_m: float) -> None:
    assert look(thermal(dog(x_m, 0.4))).people == []
    assert look(thermal(dog(x_m, 0.4)), scan((x_m, 0.0, 0.8))).people == []


@pytest.mark.parametrize("x_m", [4.0, 7.0, 9.5, 11.0, 11.5, 12.0, 12.5, 13.0, 14.5])
def test_a_cat_lies_nowhere(x_m: float) -> None:
    """The lidar looks over it; from 10 m on it is four pixels long and two high."""
    cat = [Slab(x_m, 0.3, 0.45, 0.0, 0.28, 33.0)]
    assert [person for person in look(thermal(cat), scan()).people if person.lies] == []


@pytest.mark.parametrize("x_m", [5.0, 8.0, 10.0])
def test_who_lies_along_the_view_is_found(x_m: float) -> None:
    far_m = x_m - EYE.camera.x_m
    top_m = EYE.camera.z_m - (EYE.camera.z_m - 0.25) * far_m / (far_m + 1.7)
    body = [Slab(x_m, 0.1, 0.5, 0.0, top_m, 28.0)]
    assert [person.lies for person in look(thermal(body), scan()).people] == [True]


def test_a_car_that_was_driven_is_nobody() -> None:
    assert look(thermal(bonnet(8.0, 0.0))).people == []
    # an hour later it is as warm as somebody's jacket; the lidar meets the bumper below it
    assert look(thermal(bonnet(8.0, 0.0, 28.0)), scan((7.6, -0.9, 0.9))).people == []


def test_a_warm_wall_is_nobody_and_hides_nobody_before_it() -> None:
    wall = [Slab(12.0, 2.0, 4.0, 0.0, 3.0, 20.0)]
    assert look(thermal(wall)).people == []
    (person,) = look(thermal([*wall, *standing(8.0, 1.2)])).people
    assert person.placed.point.y_m == pytest.approx(1.2, abs=0.2)


def test_a_window_and_a_lamp_are_nobody() -> None:
    window = [Slab(10.0, 0.5, 0.8, 1.0, 2.2, 20.0)]
    assert look(thermal(window), scan((10.0, -3.0, 3.0))).people == []
    lamp = [Slab(9.0, -1.0, 0.3, 4.0, 4.3, 34.0)]
    assert look(thermal(lamp)).people == []


def test_a_manhole_and_a_warm_grating_are_nobody() -> None:
    # flat on the ground: 0.7 m round, and 1.7 m long along a wall
    for width_m, low_m, high_m in ((0.7, 0.0, 0.13), (1.7, 0.0, 0.06)):
        flat = [Slab(7.0, 0.3, width_m, low_m, high_m, 24.0)]
        assert look(thermal(flat), scan()).people == []


def test_what_burns_is_nobody_nor_what_rises_from_it() -> None:
    flames = [Slab(6.0, 0.0, 0.5, 0.0, 0.4, 101.0), Slab(6.0, 0.0, 0.5, 0.4, 1.7, 30.0)]
    assert look(thermal(flames)).people == []


def test_on_a_summer_afternoon_it_cannot_see_and_says_so() -> None:
    seen = look(thermal(standing(6.0, 0.0), ground_c=39.0, wall_c=32.0))
    assert not seen.sees
    assert seen.people == []
    assert seen.ground_c == pytest.approx(39.0, abs=0.2)


def test_without_contrast_there_is_nobody() -> None:
    faint = [Slab(6.0, 0.0, 0.45, 0.0, 1.7, 15.5)]
    assert look(thermal(faint)).people == []


def test_in_winter_people_are_cooler_and_still_found() -> None:
    (person,) = look(thermal(standing(8.0, 0.0, -22.0), ground_c=-5.0, wall_c=-4.0)).people
    assert person.placed.height_m == pytest.approx(1.7, abs=0.25)


def test_an_empty_street_is_empty() -> None:
    for seed in range(20):
        assert look(thermal([], seed=seed)).people == []


def test_broken_pictures_show_nothing() -> None:
    good = thermal(standing(6.0, 0.0))
    holes = good.celsius.copy()
    holes[60, 70] = np.nan
    for celsius in (holes, good.celsius[:60], np.zeros((0, 0), np.float32)):
        seen = look(ThermalPicture(staged.STAMP_S, celsius, staged.THERMAL))
        assert not seen.sees
        assert seen.people == []


def test_a_picture_of_one_warmth_is_no_error() -> None:
    for degrees in (-40.0, 14.0, 25.9):
        picture = np.full((120, 160), degrees, np.float32)
        assert look(ThermalPicture(staged.STAMP_S, picture, staged.THERMAL)).people == []


def test_whose_feet_the_picture_cuts_is_left_out() -> None:
    assert look(thermal(standing(2.2, 0.0))).people == []


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("least_contrast_c", 0.0, r"least_contrast_c: 0 must be in \[0.5, 15\]"),
        ("most_ground_c", 40.0, r"most_ground_c: 40 must be in \[0, 34\]"),
        ("most_c", math.nan, r"most_c: nan must be in \[35, 60\]"),
        ("least_px", 1, r"least_px: 1 must be in \[4, 200\]"),
        ("least_length_m", 2.0, r"least_length_m: 2 must be below most_length_m"),
    ],
)
def test_a_bad_limit_is_named(field: str, value: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WarmPeopleConfig(**{field: value, "most_length_m": 1.9})
