"""The software renderer needs no GL and no screen, and shows the world that was described."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from patrol.errors import ConfigError
from patrol.map import Building, PatrolMap
from patrol.vehicle import VehicleSpec
from simulation.actors.person import Person, Pose
from simulation.actors.walk import Walker
from simulation.camera.panda import PandaRenderer
from simulation.camera.people import baked, pose_name
from simulation.world import build_world

WALL = Building("b", ((12.0, -9.0), (16.0, -9.0), (16.0, 9.0), (12.0, 9.0)), 12.0)
SKY_BLUE = 40  # blue over red in the sky


def test_software_picture(plane_map: Callable[..., PatrolMap], goalie: VehicleSpec) -> None:
    person = Person("p", Pose.STANDING, ((7.0, 0.0),), palette=1)
    world = build_world(plane_map(0.0, [WALL]), [person])
    renderer = PandaRenderer(world, goalie.cameras, "software")
    camera = goalie.cameras[0]
    place, level = np.zeros(3), np.eye(3)
    empty = renderer.render(camera, place, level, [])
    with_person = renderer.render(camera, place, level, [(person, Walker(person).state)])
    away = renderer.render(camera, place, np.diag((-1.0, -1.0, 1.0)), [])
    again = renderer.render(camera, place, level, [])
    renderer.close()
    assert empty.shape == (360, 640, 3)
    assert empty.dtype == np.uint8
    blueness = away[:60].astype(int)[..., 0] - away[:60].astype(int)[..., 2]
    assert blueness.mean() > SKY_BLUE
    walled = empty[:60, 300:340].astype(int)
    assert (walled[..., 0] - walled[..., 2]).mean() < SKY_BLUE
    changed = np.argwhere(np.abs(with_person.astype(int) - empty).sum(axis=2) > 30)
    rows, columns = changed.min(axis=0), changed.max(axis=0)
    # a pinhole camera: 1.72 m at 5.9 m with the goalie's focal length
    expected_px = 1.72 / (7.0 - camera.x_m) * camera.focal_px
    assert columns[0] - rows[0] == pytest.approx(expected_px, rel=0.15)
    assert (rows[1] + columns[1]) / 2 == pytest.approx(320, abs=25)
    np.testing.assert_array_equal(again, empty)


def test_unknown_backend_gets_one_line(
    plane_map: Callable[..., PatrolMap], goalie: VehicleSpec
) -> None:
    with pytest.raises(ConfigError, match="'vulkan' is none of: auto, gl, osmesa, software"):
        PandaRenderer(build_world(plane_map()), goalie.cameras, "vulkan")


def test_every_pose_is_baked() -> None:
    names = {str(name) for name in baked()["pose_names"]}
    for pose in Pose:
        path = ((0.0, 0.0), (1.0, 0.0))
        person = Person("p", pose, path, speed_mps=1.0)
        for walked_m in (0.0, 0.5, 1.0, 1.39, 7.77):
            assert pose_name(person, walked_m) in names


def test_upright_bodies_stand_and_lying_ones_lie() -> None:
    data = baked()
    for i, name in enumerate(data["pose_names"]):
        for body in ("man", "woman"):
            points = data[f"{body}_points"][i].astype(float)
            low, high = points.min(axis=0), points.max(axis=0)
            assert low[2] == pytest.approx(0.0, abs=2e-3)
            upright = not str(name).startswith(("lying", "sitting"))
            assert (high[2] > 1.5) == upright
            assert (high[0] - low[0] > 1.5) == str(name).startswith("lying")


def test_physics_needs_no_renderer() -> None:
    program = (
        "import sys, simulation.mujoco.simulator;"
        "sys.exit('panda3d.core' in sys.modules or 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], env=os.environ, check=False)
    assert done.returncode == 0
