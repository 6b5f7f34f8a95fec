"""Sun, lamps and fog follow hour and weather."""

from __future__ import annotations

import math
from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.geometry import Pose2
from simulation.conditions import Conditions, Weather
from simulation.gazebo.light import MAX_LAMPS, daylight, lights, scene_element, sun_direction
from simulation.props import Post, PostKind
from simulation.world import World

HERE = Pose2(0.0, 0.0, 0.0)


def numbers(element: Element, tag: str) -> list[float]:
    return [float(word) for word in (element.findtext(tag) or "").split()]


@given(st.floats(0.0, 24.0))
def test_light_always_falls_down(hour_h: float) -> None:
    direction = sun_direction(Conditions(hour_h=hour_h))
    assert math.hypot(*direction) == pytest.approx(1.0)
    assert direction[2] < 0
    assert 0.0 <= daylight(Conditions(hour_h=hour_h)) <= 1.0


def test_the_sun_moves_from_east_over_south_to_west() -> None:
    morning, noon, evening = (sun_direction(Conditions(hour_h=h)) for h in (7.5, 12.5, 17.5))
    assert morning[0] < -0.5  # from the east: light travels west
    assert noon[1] > 0.5
    assert evening[0] > 0.5


def test_lamps_burn_only_in_the_dark(world: World) -> None:
    poles = sum(post.kind is PostKind.POLE for post in world.posts)
    assert poles > 0
    assert len(lights(world, HERE)) == 1 + poles
    day = replace(world, conditions=Conditions(hour_h=12.0))
    assert [light.attrib["name"] for light in lights(day, HERE)] == ["sun"]


def test_a_district_keeps_the_lamps_around_the_start(world: World) -> None:
    posts = [Post(PostKind.POLE, 30.0 * i, 0.0, 0.0, 8.0) for i in range(400)]
    lamps = lights(replace(world, posts=posts), Pose2(3000.0, 0.0, 0.0))[1:]
    assert len(lamps) == MAX_LAMPS
    assert all(abs(numbers(lamp, "pose")[0] - 3000.0) < 1600.0 for lamp in lamps)


def test_night_is_darker_than_day() -> None:
    day, night = (scene_element(Conditions(hour_h=h)) for h in (12.0, 1.0))
    assert numbers(day, "ambient")[0] > 3 * numbers(night, "ambient")[0]
    assert numbers(day, "background")[0] > 3 * numbers(night, "background")[0]


def test_fog_is_as_thick_as_the_optical_range_says() -> None:
    assert scene_element(Conditions()).find("fog") is None
    fog = scene_element(Conditions(weather=Weather.FOG, visibility_m=50.0)).find("fog")
    assert fog is not None
    assert math.exp(-numbers(fog, "density")[0] * 50.0) == pytest.approx(0.05, rel=0.01)
