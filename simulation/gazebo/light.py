"""Sun, lamps and scene by the world's hour and weather."""

from __future__ import annotations

import math
from xml.etree.ElementTree import Element

from patrol.geometry import Pose2
from simulation.conditions import (
    CLEAR_VISIBILITY_M,
    SUNRISE_H,
    SUNSET_H,
    Conditions,
    Weather,
)
from simulation.gazebo.elements import Rgb, add, add_pose, numbers
from simulation.gazebo.scenery import lamp_place
from simulation.props import PostKind
from simulation.world import World

DAY_SKY: Rgb = (0.60, 0.72, 0.88)
GREY_SKY: Rgb = (0.62, 0.64, 0.66)
NIGHT_SKY: Rgb = (0.015, 0.018, 0.03)
SUN_RGB: Rgb = (1.0, 0.96, 0.88)
LAMP_RGB: Rgb = (1.0, 0.82, 0.55)
FULL_DAY_RAD = math.radians(12)  # above, the sky is as bright as it gets
MOON = 0.04  # of the sun, so that a night without lamps is not black
CLOUD = 0.35  # of the sun's direct light through cloud, rain or fog
LAMP_RANGE_M, LAMP_INNER_RAD, LAMP_OUTER_RAD = 22.0, 0.5, 1.25
MAX_LAMPS = 100  # that Gazebo's renderer is given: each costs in every picture
KOSCHMIEDER = 3.0  # extinction times optical range where contrast is 5 %


def daylight(conditions: Conditions) -> float:
    """How light the sky is: 0 at night to 1 by day."""
    dusk = math.radians(6)  # civil twilight
    share = (conditions.sun_elevation_rad + dusk) / (FULL_DAY_RAD + dusk)
    return min(1.0, max(0.0, share))


def sun_direction(conditions: Conditions) -> tuple[float, float, float]:
    """The way that light travels: from the east in the morning, over the south, to the west."""
    share = (conditions.hour_h - SUNRISE_H) / (SUNSET_H - SUNRISE_H)
    azimuth = -math.pi * min(1.0, max(0.0, share))
    elevation = max(math.radians(8), conditions.sun_elevation_rad)
    flat = math.cos(elevation)
    return (-flat * math.cos(azimuth), -flat * math.sin(azimuth), -math.sin(elevation))


def scene_element(conditions: Conditions) -> Element:
    """`<scene>`: ambient light, sky colour, shadows and fog."""
    scene = Element("scene")
    light = daylight(conditions)
    sky = DAY_SKY if conditions.weather is Weather.CLEAR else GREY_SKY
    background = tuple(
        light * day + (1 - light) * night for day, night in zip(sky, NIGHT_SKY, strict=True)
    )
    ambient = 0.03 + light * (0.35 if conditions.weather is Weather.CLEAR else 0.5)
    add(scene, "ambient", numbers([ambient] * 3 + [1]))
    add(scene, "background", numbers([*background, 1]))
    add(scene, "shadows", "true")
    add(scene, "grid", "false")
    if conditions.optical_range_m < CLEAR_VISIBILITY_M:
        fog = add(scene, "fog")
        add(fog, "color", numbers([*background, 1]))
        add(fog, "type", "quadratic")
        add(fog, "end", conditions.optical_range_m)
        add(fog, "density", KOSCHMIEDER / conditions.optical_range_m)
    return scene


def lights(world: World, start: Pose2) -> list[Element]:
    """The sun (by night a faint moon), and while it is dark the lamps nearest to the start."""
    conditions = world.conditions
    direct = 1.0 if conditions.weather is Weather.CLEAR else CLOUD
    strength = max(MOON, direct * daylight(conditions))
    made = [_sun(sun_direction(conditions), strength)]
    if conditions.is_dark:
        poles = [post for post in world.posts if post.kind is PostKind.POLE]
        poles.sort(key=lambda post: math.hypot(post.x_m - start.x_m, post.y_m - start.y_m))
        poles = poles[:MAX_LAMPS]
        made += [_lamp(f"lamp_{i}", lamp_place(post)) for i, post in enumerate(poles)]
    return made


def _sun(direction: tuple[float, float, float], strength: float) -> Element:
    sun = Element("light", name="sun", type="directional")
    add(sun, "cast_shadows", "true")
    add_pose(sun, (0, 0, 100))
    add(sun, "diffuse", numbers([*(strength * part for part in SUN_RGB), 1]))
    add(sun, "specular", numbers([0.2 * strength] * 3 + [1]))
    add(sun, "direction", numbers(direction))
    return sun


def _lamp(name: str, place: tuple[float, float, float]) -> Element:
    lamp = Element("light", name=name, type="spot")
    add(lamp, "cast_shadows", "false")
    add_pose(lamp, place)
    add(lamp, "diffuse", numbers([*LAMP_RGB, 1]))
    add(lamp, "specular", "0.1 0.1 0.1 1")
    attenuation = add(lamp, "attenuation")
    for key, value in (("range", LAMP_RANGE_M), ("constant", 0.4), ("linear", 0.02)):
        add(attenuation, key, value)
    add(attenuation, "quadratic", 0.01)
    add(lamp, "direction", "0 0 -1")
    spot = add(lamp, "spot")
    add(spot, "inner_angle", LAMP_INNER_RAD)
    add(spot, "outer_angle", LAMP_OUTER_RAD)
    add(spot, "falloff", 1.0)
    return lamp
