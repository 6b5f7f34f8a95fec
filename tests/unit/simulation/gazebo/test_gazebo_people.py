"""Actors: who stays has a body, who goes follows the same path as in the embedded simulator."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np
import pytest

from simulation.actors.company import Company
from simulation.gazebo.people import RECORD_S, STEP_S, people_elements, recorded, waypoints_of
from simulation.world import World


def floats(element: Element, tag: str) -> list[float]:
    return [float(word) for word in (element.findtext(tag) or "").split()]


def named(sdf: Element, tag: str, name: str) -> Element:
    found = sdf.find(f"{tag}[@name='{name}']")
    assert found is not None, name
    return found


def test_who_stays_is_a_model_and_who_walks_an_actor(sdf: Element) -> None:
    people = {actor.attrib["name"] for actor in sdf.findall("actor")}
    assert {name for name in people if not name.startswith("signal")} == {"person walker"}
    for name in ("person guard", "person fallen", "dog rex", "bag bag"):
        model = named(sdf, "model", name)
        assert model.findtext("static") == "true"
        assert model.findall("link/collision")


def test_fire_is_left_out(sdf: Element) -> None:
    assert not [m for m in sdf.findall("model") if "blaze" in m.attrib["name"]]


def test_a_lying_person_lies_on_the_ground(sdf: Element, world: World) -> None:
    fallen = named(sdf, "model", "person fallen")
    x, y, z, _, _, yaw = floats(fallen, "pose")
    assert z == pytest.approx(float(world.terrain.height_at(x, y)), abs=1e-6)
    assert yaw == pytest.approx(0.4)
    heights = [floats(c, "pose")[2] for c in fallen.findall("link/collision")]
    assert max(heights) < 0.3


def test_a_walker_goes_at_its_speed_and_on_the_ground(sdf: Element, world: World) -> None:
    points = named(sdf, "actor", "person walker").findall("script/trajectory/waypoint")
    times = np.array([float(point.findtext("time") or "nan") for point in points])
    poses = np.array([floats(point, "pose") for point in points])
    assert times[0] == 0.0
    assert times[-1] == pytest.approx(RECORD_S)
    assert np.all(np.diff(times) > 0)
    ground = world.terrain.height_at(poses[:, 0], poses[:, 1])
    assert np.abs(ground - poses[:, 2]).max() < 1e-6
    speeds = np.hypot(*np.diff(poses[:, :2], axis=0).T) / np.diff(times)
    assert np.median(speeds) == pytest.approx(1.2, rel=0.05)


def test_a_walker_is_where_the_embedded_simulator_has_it(world: World) -> None:
    company = Company(world)
    tracks = recorded(world)
    waypoints = dict(waypoints_of(tracks["walker"], world.terrain))
    for tick in range(1, round(RECORD_S / STEP_S) + 1):
        company.step(STEP_S)
        now = next(n for n in company.now if n.spec.name == "walker")
        if tick * STEP_S in waypoints:
            x_m, y_m = waypoints[tick * STEP_S][:2]
            assert math.hypot(x_m - now.state.x_m, y_m - now.state.y_m) < 1e-9


def test_people_are_warm(sdf: Element) -> None:
    for name in ("model[@name='person guard']", "actor[@name='person walker']"):
        plugin = sdf.find(f"{name}/link/visual/plugin")
        assert plugin is not None
        assert float(plugin.findtext("temperature") or 0) > 295


def test_a_figure_is_as_tall_as_a_person(folder: Path, sdf: Element) -> None:
    uri = named(sdf, "model", "person guard").findtext("link/visual/geometry/mesh/uri")
    heights = [
        float(line.split()[3])
        for line in (folder / str(uri)).read_text().splitlines()
        if line.startswith("v ")
    ]
    assert min(heights) == pytest.approx(0.0, abs=0.02)
    assert 1.4 < max(heights) < 2.0


def test_a_name_with_colons_makes_no_scope(world: World) -> None:
    actors = (replace(world.actors[0], name="guard::left"),)
    models, _ = people_elements(replace(world, actors=actors))
    names = [models[0].attrib["name"], *(c.attrib["name"] for c in models[0].iter("collision"))]
    assert all("guard:left" in name and "::" not in name for name in names)
