"""Hot spots and warm columns: where they stand, and which thermal pictures are believed."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import painted_world as world
import pytest
import staged_flames as staged
from staged_flames import THERMAL, hot_thing

from perception.detectors.scripted import ScriptedDetector
from perception.hot_spots import hot_spots, thermal_projector
from perception.rules.base import Finding, Scene
from perception.types import Frame, ThermalPicture


def spots(*painters: staged.Painter, returns: np.ndarray | None = None) -> list:
    scene = staged.scene(painters, 0, colour=False)
    assert scene.thermal is not None
    eye = thermal_projector(scene.thermal, scene.projector)
    return hot_spots(scene.thermal, eye, returns, 65.0, 3)


@pytest.mark.parametrize("place", [(6.0, 0.5), (9.0, -1.5), (12.0, 2.0)])
def test_a_hot_thing_is_where_it_stands(place: tuple[float, float]) -> None:
    (spot,) = spots(hot_thing(*place, 95.0, 0.6))
    assert math.dist((spot.point.x_m, spot.point.y_m), place) < 2 * spot.point.sigma_m
    assert spot.size_m == pytest.approx(0.5, abs=0.25)
    assert not spot.point.from_lidar


def test_behind_an_obstacle_it_is_a_little_behind_that() -> None:
    wall = np.column_stack((np.full(100, 7.0), np.linspace(-3, 3, 100)))

    def over_the_wall(look: staged.Look) -> None:
        staged.blob(look.celsius, look.warm_eye, (9.0, 0.0, 2.0), 0.4, 95.0)

    (spot,) = spots(over_the_wall, returns=wall)
    assert spot.point.from_lidar
    assert spot.point.x_m == pytest.approx(9.2, abs=0.5)
    (lost,) = spots(over_the_wall)
    assert lost.point.sigma_m > 5.0  # nothing tells how far it is


def test_a_cool_picture_has_none() -> None:
    assert spots() == []


class KeepsThermal:
    kind = None

    def __init__(self) -> None:
        self.seen: list[ThermalPicture | None] = []

    def step(self, scene: Scene) -> list[Finding]:
        self.seen.append(scene.thermal)
        return []


@pytest.mark.parametrize(
    ("thermal", "is_taken"),
    [
        (ThermalPicture(9.95, np.full((120, 160), 20.0, np.float32), THERMAL), True),
        (ThermalPicture(9.0, np.full((120, 160), 20.0, np.float32), THERMAL), False),  # old
        (ThermalPicture(9.95, np.full((60, 80), 20.0, np.float32), THERMAL), False),
        (ThermalPicture(9.95, np.full((120, 160), np.nan, np.float32), THERMAL), False),
        (None, False),
    ],
)
def test_rules_get_whole_thermal_pictures_of_the_same_time_alone(
    tmp_path: Path, thermal: ThermalPicture | None, is_taken: bool
) -> None:
    rule = KeepsThermal()
    pipe = world.pipeline(tmp_path, rules=[rule], eyes=ScriptedDetector(lambda _: []))
    frame = Frame(10.0, world.picture(0.0, None), world.CAMERA, thermal)
    pipe.step(frame, world.pose_at(0.0, 10.0), None, 10.0)
    assert (rule.seen[0] is not None) is is_taken
