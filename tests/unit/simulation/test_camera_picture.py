"""The software renderer needs no GL and no screen, and shows the world that was described."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from patrol.errors import ConfigError
from patrol.map import Building, PatrolMap
from patrol.vehicle import VehicleSpec
from simulation.actors.company import ActorNow, Company
from simulation.actors.kinds import ActorKind, Body
from simulation.actors.people import stays
from simulation.actors.script import Drive
from simulation.actors.spec import ActorSpec, Look
from simulation.camera.light import sun_direction
from simulation.camera.panda import PandaRenderer
from simulation.camera.renderer import SceneNow
from simulation.conditions import Conditions, Weather
from simulation.props import Post, PostKind
from simulation.world import World, build_world

WALL = Building("b", ((12.0, -9.0), (16.0, -9.0), (16.0, 9.0), (12.0, 9.0)), 12.0)
SKY_BLUE = 40  # blue over red in the sky
ORIGIN, LEVEL = np.zeros(3), np.eye(3)
WHO = stays("p", (7.0, 0.0), look=Look(body=Body.MAN, height_m=1.72, carries=()))
Picture = Callable[[World, Sequence[ActorNow]], np.ndarray]


@pytest.fixture
def picture(goalie: VehicleSpec) -> Picture:
    """Takes a small picture of a world from its origin."""
    camera = replace(goalie.cameras[0], width_px=320, height_px=180)

    def take(world: World, actors: Sequence[ActorNow]) -> np.ndarray:
        renderer = PandaRenderer(world, [camera], "software")
        seen = renderer.render(camera, ORIGIN, LEVEL, SceneNow(actors))
        renderer.close()
        return seen.astype(int)

    return take


def test_software_picture(plane_map: Callable[..., PatrolMap], goalie: VehicleSpec) -> None:
    world = build_world(plane_map(0.0, [WALL]), [WHO])
    renderer = PandaRenderer(world, goalie.cameras, "software", truth=True)
    camera, scene = goalie.cameras[0], SceneNow(Company(world).now)
    empty = renderer.render(camera, ORIGIN, LEVEL, SceneNow())
    with_person = renderer.render(camera, ORIGIN, LEVEL, scene)
    away = renderer.render(camera, ORIGIN, np.diag((-1.0, -1.0, 1.0)), SceneNow())
    (box,) = renderer.drawn_boxes(camera, ORIGIN, LEVEL, scene)
    again = renderer.render(camera, ORIGIN, LEVEL, SceneNow())
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
    # the truth says the same
    assert (box.name, box.class_name) == ("p", "person")
    assert box.visible > 0.95
    assert box.distance_m == pytest.approx(7.0 - camera.x_m, abs=0.1)
    assert box.box_xyxy_px[3] - box.box_xyxy_px[1] == pytest.approx(expected_px, rel=0.08)


def test_truth_knows_what_hides_whom(
    plane_map: Callable[..., PatrolMap], goalie: VehicleSpec
) -> None:
    hidden = stays("q", (9.5, 0.05), look=Look(body=Body.CHILD, carries=()))
    world = build_world(plane_map(), [WHO, hidden])
    renderer = PandaRenderer(world, goalie.cameras, "software", truth=True)
    boxes = renderer.drawn_boxes(goalie.cameras[0], ORIGIN, LEVEL, SceneNow(Company(world).now))
    renderer.close()
    share = {box.name: box.visible for box in boxes}
    assert share["p"] > 0.95
    assert share["q"] < 0.5


def test_an_unseen_actor_is_not_in_the_picture(
    plane_map: Callable[..., PatrolMap], picture: Picture
) -> None:
    world = build_world(plane_map(), [WHO])
    (now,) = Company(world).now
    gone = replace(now, state=replace(now.state, visible=False))
    np.testing.assert_array_equal(picture(world, [gone]), picture(world, []))


def test_night_is_dark_but_for_the_headlights(
    plane_map: Callable[..., PatrolMap], picture: Picture
) -> None:
    day, night = (
        picture(build_world(plane_map(), conditions=Conditions(hour)), []) for hour in (12, 1)
    )
    assert night[:60].mean() < 0.1 * day[:60].mean()
    assert night[110:, 130:190].mean() > 2 * night[:60].mean()


def test_a_broken_street_lamp_leaves_its_place_dark(
    plane_map: Callable[..., PatrolMap], goalie: VehicleSpec
) -> None:
    lamp = Post(PostKind.POLE, 8.0, 2.0, 0.0, 8.0, math.pi / 2)  # its arm reaches over the way
    world = replace(build_world(plane_map(), conditions=Conditions(1)), posts=(lamp,))
    renderer = PandaRenderer(world, goalie.cameras, "software")
    camera = goalie.cameras[0]
    burning, broken = (
        renderer.render(
            camera, ORIGIN, LEVEL, SceneNow(headlights=False, dark_posts=frozenset(dark))
        )[200:]
        for dark in ((), (0,))
    )
    renderer.close()
    assert burning.mean() > 3 * broken.mean()


def test_a_low_sun_shines_into_a_lens_that_looks_west(
    plane_map: Callable[..., PatrolMap], goalie: VehicleSpec
) -> None:
    evening = Conditions(17.7)
    world = build_world(plane_map(), conditions=evening)
    renderer = PandaRenderer(world, goalie.cameras, "software")
    x, y, _ = sun_direction(evening)
    size = np.hypot(x, y)
    west = np.array([[x / size, -y / size, 0.0], [y / size, x / size, 0.0], [0.0, 0.0, 1.0]])
    camera = goalie.cameras[0]
    towards = renderer.render(camera, ORIGIN, west, SceneNow())
    away = renderer.render(camera, ORIGIN, west @ np.diag((-1.0, -1.0, 1.0)), SceneNow())
    renderer.close()
    assert (towards.min(axis=2) > 250).sum() > 20 * max((away.min(axis=2) > 250).sum(), 1)


def test_headlights_of_a_car_that_comes_at_night_shine(
    plane_map: Callable[..., PatrolMap], picture: Picture
) -> None:
    drives = Drive(path_map=((20.0, 0.0), (-20.0, 0.0)))
    car = ActorSpec("c", ActorKind.CAR, (20.0, 0.0), math.pi, script=(drives,))
    world = build_world(plane_map(), [car], conditions=Conditions(1))
    company = Company(world)
    parked = picture(world, company.now)
    company.step(1.0)
    assert parked.max() < 180 < picture(world, company.now).max()


def test_fog_hides_what_is_far_first(
    plane_map: Callable[..., PatrolMap], picture: Picture
) -> None:
    fog = Conditions(12, Weather.FOG, visibility_m=25.0)
    near = stays("near", (4.0, 1.2), look=Look(top=(0.1, 0.1, 0.1), carries=()))
    far = stays("far", (24.0, -4.0), look=Look(top=(0.1, 0.1, 0.1), carries=()))
    world = build_world(plane_map(), [near, far], conditions=fog)
    nobody = picture(world, [])
    contrasts = []
    for actor in Company(world).now:
        changed = np.abs(picture(world, [actor]) - nobody).sum(axis=2)
        contrasts.append(np.percentile(changed[changed > 25], 90) if changed.max() > 25 else 0.0)
    assert contrasts[0] > 2 * contrasts[1]


def test_rain_is_wet_and_the_same_for_the_same_moment(
    plane_map: Callable[..., PatrolMap], picture: Picture
) -> None:
    rain = build_world(plane_map(), conditions=Conditions(12, Weather.RAIN))
    cloudy = picture(build_world(plane_map(), conditions=Conditions(12, Weather.CLOUDY)), [])
    wet = picture(rain, [])
    assert wet[120:].mean() < 0.85 * cloudy[120:].mean()
    np.testing.assert_array_equal(wet, picture(rain, []))


def test_flames_shine_at_night(plane_map: Callable[..., PatrolMap], picture: Picture) -> None:
    fire = ActorSpec("f", ActorKind.FIRE, (8.0, 0.0), begins_m=1.2)
    world = build_world(plane_map(), [fire], conditions=Conditions(1))
    added = picture(world, Company(world).now) - picture(world, [])
    assert added[..., 2].max() > 150
    assert added[..., 2].max() > added[..., 0].max()


def test_a_covered_camera_sees_nothing(
    plane_map: Callable[..., PatrolMap], goalie: VehicleSpec
) -> None:
    renderer = PandaRenderer(build_world(plane_map()), goalie.cameras, "software")
    camera = goalie.cameras[0]
    seen = renderer.render(camera, ORIGIN, LEVEL, SceneNow(covered=frozenset({camera.name})))
    first = renderer.render(camera, ORIGIN, LEVEL, SceneNow(covered=frozenset({""})))
    renderer.close()
    for picture in (seen, first):
        assert picture.shape == (360, 640, 3)
        assert picture.mean() < 45


def test_a_thermal_camera_sees_people_by_night(
    plane_map: Callable[..., PatrolMap], goalie: VehicleSpec
) -> None:
    fire = ActorSpec("f", ActorKind.FIRE, (8.0, 2.5), begins_m=1.2)
    world = build_world(plane_map(), [WHO, fire], conditions=Conditions(1))
    renderer = PandaRenderer(world, goalie.cameras, "software")
    everybody = Company(world).now
    warm = renderer.render_thermal(goalie.cameras[0], ORIGIN, LEVEL, SceneNow(everybody[:1]))
    hot = renderer.render_thermal(goalie.cameras[0], ORIGIN, LEVEL, SceneNow(everybody))
    renderer.close()
    assert warm.shape == (360, 640)
    assert warm.dtype == np.float32
    assert 31.0 < warm.max() < 35.0  # skin
    assert np.median(warm[280:]) < 20.0  # the road
    assert warm[:40].mean() < 0.0  # a clear sky
    assert hot.max() > 70.0


def test_unknown_backend_gets_one_line(
    plane_map: Callable[..., PatrolMap], goalie: VehicleSpec
) -> None:
    with pytest.raises(ConfigError, match="'vulkan' is none of: auto, gl, osmesa, software"):
        PandaRenderer(build_world(plane_map()), goalie.cameras, "vulkan")


def test_physics_needs_no_renderer() -> None:
    program = (
        "import sys, simulation.mujoco.simulator;"
        "sys.exit('panda3d.core' in sys.modules or 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], env=os.environ, check=False)
    assert done.returncode == 0
