"""Actors: who stays has a body, who goes follows the same path as in the embedded simulator."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np
import pytest

from simulation.actors.company import ActorNow, Company
from simulation.actors.kinds import LYING, ActorKind, Posture
from simulation.actors.script import Fall, Stay, Until
from simulation.actors.spec import ActorSpec
from simulation.actors.state import Motion
from simulation.camera.figures import figure_key
from simulation.gazebo.flip_book import EVERY, SWITCH_S, pages_of, waypoints_of
from simulation.gazebo.people import RECORD_S, STEP_S, people_elements, poses_of, recorded
from simulation.world import World


def floats(element: Element, tag: str) -> list[float]:
    return [float(word) for word in (element.findtext(tag) or "").split()]


def named(sdf: Element, tag: str, name: str) -> Element:
    found = sdf.find(f"{tag}[@name='{name}']")
    assert found is not None, name
    return found


def test_who_stays_is_a_model_and_who_walks_an_actor(sdf: Element) -> None:
    people = {actor.attrib["name"] for actor in sdf.findall("actor")}
    people = {name for name in people if not name.startswith("signal")}
    assert {name.split(" (")[0] for name in people} == {"person walker"}
    walking = sorted(name for name in people if "(walking" in name)
    assert walking == sorted(f"person walker (walking {n})" for n in range(0, 12, 2))
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


class Script:
    """An actor's trajectory as gz-sim plays it: Hermite, tangents less by the tension."""

    def __init__(self, actor: Element) -> None:
        trajectory = actor.find("script/trajectory")
        assert trajectory is not None
        points = trajectory.findall("waypoint")
        self.times = [float(point.findtext("time") or "nan") for point in points]
        self._poses = np.array([floats(point, "pose") for point in points])
        self._slopes = np.zeros_like(self._poses)
        looseness = 1.0 - float(trajectory.attrib["tension"])
        self._slopes[1:-1] = looseness * (self._poses[2:] - self._poses[:-2]) / 2

    def at(self, time_s: float) -> list[float]:
        """x y z roll pitch yaw."""
        i = min(max(bisect.bisect_right(self.times, time_s) - 1, 0), len(self.times) - 2)
        u = (time_s - self.times[i]) / (self.times[i + 1] - self.times[i])
        weights = 2 * u**3 - 3 * u**2 + 1, u**3 - 2 * u**2 + u, 3 * u**2 - 2 * u**3, u**3 - u**2
        poses, slopes = self._poses[i : i + 2], self._slopes[i : i + 2]
        parts = np.array((poses[0], slopes[0], poses[1], slopes[1]))
        pose: list[float] = (np.array(weights) @ parts).tolist()
        return pose


def scripts_of(elements: Sequence[Element], name: str) -> dict[str, Script]:
    """What each page of an actor does → its script."""
    mine = [e for e in elements if e.tag == "actor" and e.attrib["name"].startswith(f"{name} (")]
    return {e.attrib["name"].split("(")[1].rstrip(")"): Script(e) for e in mine}


def shown_at(scripts: dict[str, Script], time_s: float) -> list[tuple[str, list[float]]]:
    """The pages that are above the ground."""
    poses = {name: script.at(time_s) for name, script in scripts.items()}
    return [(name, pose) for name, pose in poses.items() if pose[2] > -20.0]


def between_switches(seed: int) -> list[float]:
    """Times at random, none of them in the millisecond in which a page is turned."""
    times = np.random.default_rng(seed).uniform(0.0, RECORD_S, 400)
    off = np.minimum(times % STEP_S, STEP_S - times % STEP_S)
    chosen: list[float] = times[off > 2 * SWITCH_S].tolist()
    return chosen


def test_exactly_one_page_of_a_walker_is_shown_where_the_embedded_simulator_has_it(
    sdf: Element, world: World
) -> None:
    scripts = scripts_of(list(sdf), "person walker")
    assert {(s.times[0], s.times[-1]) for s in scripts.values()} == {(0.0, RECORD_S)}
    assert all(np.all(np.diff(s.times) > 0) for s in scripts.values())
    track = recorded(world)["walker"]
    path = np.array(poses_of(track, world.terrain))
    moments = STEP_S * np.arange(len(path))
    seen = set()
    for time_s in between_switches(3):
        ((name, pose),) = shown_at(scripts, time_s)
        here = [float(np.interp(time_s, moments, path[:, axis])) for axis in range(3)]
        assert np.linalg.norm(np.subtract(pose[:3], here)) < 0.02, time_s
        motion, _, number = figure_key(ActorKind.PERSON, track[int(time_s / STEP_S)].state)
        if motion is Motion.WALKING:
            assert name == f"walking {number - number % EVERY[motion]}"
            seen.add(name)
    assert len(seen) == 6


def test_the_company_lives_as_in_the_embedded_simulator(world: World) -> None:
    company, track = Company(world), recorded(world)["walker"]
    for tick in range(1, 200):
        company.step(STEP_S)
        now = next(n for n in company.now if n.spec.name == "walker")
        assert now.state == track[tick].state


def test_who_falls_lies_there(world: World) -> None:
    script = (Stay(Until(for_s=10.0)), Fall(to=Posture.LYING_SIDE, duration_s=1.0))
    faller = ActorSpec("faller", ActorKind.PERSON, (2.0, 3.0), 0.7, script=script)
    elements, files = people_elements(replace(world, actors=(faller,)))
    scripts = scripts_of(elements, "person faller")
    assert [name for name, _ in shown_at(scripts, 5.0)] == ["standing"]
    ((falling, _),) = shown_at(scripts, 10.55)
    assert falling.startswith("falling")
    ((lying, pose),) = shown_at(scripts, 60.0)
    assert pose[:2] == pytest.approx((2.0, 3.0), abs=0.05)
    element = next(e for e in elements if e.attrib["name"] == f"person faller ({lying})")
    mesh = files[str(element.findtext("link/visual/geometry/mesh/uri"))]
    assert max(heights_in(mesh)) < 0.6, "it lies"


def heights_in(obj: str) -> list[float]:
    return [float(line.split()[3]) for line in obj.splitlines() if line.startswith("v ")]


def test_who_is_never_seen_is_not_there_and_who_hides_is_below_meanwhile(world: World) -> None:
    seen = recorded(world)["walker"]
    hidden = [replace(now, state=replace(now.state, visible=False)) for now in seen]
    assert pages_of(hidden) == []
    track: list[ActorNow] = [*hidden[:100], *([seen[0]] * 300), *hidden[400:]]
    (page,) = pages_of(track)
    assert page.shown == ((100, 400),)
    assert not page.is_always_shown
    points = waypoints_of(page, poses_of(track, world.terrain), STEP_S)
    shown = [time_s for time_s, pose in points if pose[2] > -20.0]
    assert (shown[0], shown[-1]) == pytest.approx((10.0, 40.0 - SWITCH_S))
    assert (points[0][0], points[-1][0]) == pytest.approx((0.0, RECORD_S))


def test_a_figure_that_always_is_the_same_glides_evenly(world: World) -> None:
    start = recorded(world)["walker"][0]
    track = [
        replace(start, state=replace(start.state, x_m=0.3 * tick))
        for tick in range(round(RECORD_S / STEP_S) + 1)
    ]
    (page,) = pages_of(track)
    points = waypoints_of(page, poses_of(track, world.terrain), STEP_S)
    assert page.tension == 0.0
    assert np.diff([time_s for time_s, _ in points]) == pytest.approx(0.5)
    assert [pose[0] for _, pose in points] == pytest.approx([3.0 * time_s for time_s, _ in points])


@pytest.mark.parametrize("posture", sorted(LYING))
def test_who_lies_all_the_time_is_a_model(world: World, posture: Posture) -> None:
    lies = ActorSpec("sleeper", ActorKind.PERSON, (2.0, 3.0), script=(Stay(posture=posture),))
    (model,), _ = people_elements(replace(world, actors=(lies,)))
    assert model.tag == "model"
    assert model.findall("link/collision")


def test_people_are_warm(sdf: Element) -> None:
    for name in ("model[@name='person guard']", "actor[@name='person walker (walking 4)']"):
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
