"""Actors of a world: who stays is a static model, who goes is a Gazebo `<actor>`.

Gazebo plays a fixed script. It is recorded here from the same company of actors that the embedded
simulator plays, without a robot, and repeats when it is over; so nobody reacts to the vehicle.
Each shows the figure of its first moment: gz-sim animates skeletons only, and our bodies are
posed meshes (an actor of links with a trajectory alone is supported since gz-sim pull request
1947).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np

from simulation.actors.company import ActorNow, Company
from simulation.actors.kinds import HUMAN, LYING, ActorKind
from simulation.gazebo.actor_shapes import add_body, figure_files
from simulation.gazebo.elements import add, add_pose, mesh, numbers, sdf_name
from simulation.gazebo.meshes import Files
from simulation.gazebo.plugins import add_plugin
from simulation.mujoco.people_mjcf import actor_bodies, shown_body
from simulation.terrain import Terrain, attitude_on
from simulation.world import World

RECORD_S = 120.0
STEP_S = 0.5
MOVED_M, TURNED_RAD = 0.02, 0.02  # less is standing still
BELOW_M = -50.0  # where an actor is while nobody sees it
BODY_K = 302.0  # between clothes and skin, for thermal cameras
LEFT_OUT = frozenset({ActorKind.FIRE, ActorKind.SMOKE})

Waypoint = tuple[float, tuple[float, ...]]  # seconds; x y z roll pitch yaw


def people_elements(world: World) -> tuple[list[Element], Files]:
    """Models and actors, and their mesh files; fire and smoke are left out."""
    tracks = recorded(world)
    bodies = {
        body.attrib["name"]: body for body in map(ElementTree.fromstring, actor_bodies(world))
    }
    elements: list[Element] = []
    files: Files = {}
    for i, track in enumerate(tracks.values()):
        first = next((now for now in track if now.state.visible), track[0])
        path = f"meshes/actor_{i}.obj"
        files |= figure_files(path, first)
        waypoints = waypoints_of(track, world.terrain)
        if _stays(waypoints):
            body = bodies.get(shown_body(first) or "")
            elements.append(_model(first, path, waypoints[0][1], body))
        else:
            elements.append(_actor(first, path, waypoints))
    return elements, files


def recorded(world: World) -> dict[str, list[ActorNow]]:
    """Every actor every STEP_S for RECORD_S."""
    company = Company(world)
    kept = [now.spec.name for now in company.now if now.spec.kind not in LEFT_OUT]
    tracks: dict[str, list[ActorNow]] = {name: [] for name in kept}
    for tick in range(round(RECORD_S / STEP_S) + 1 if kept else 0):
        if tick:
            company.step(STEP_S)
        for now in company.now:
            if now.spec.name in tracks:
                tracks[now.spec.name].append(now)
    return tracks


def waypoints_of(track: Sequence[ActorNow], terrain: Terrain) -> list[Waypoint]:
    """Times and poses on the ground; runs of the same pose keep their two ends."""
    yaw = np.unwrap([_yaw_rad(now) for now in track]).tolist()
    poses = [
        (i * STEP_S, _pose(now, turned, terrain))
        for i, (now, turned) in enumerate(zip(track, yaw, strict=True))
    ]
    inner = [
        here
        for before, here, after in zip(poses, poses[1:], poses[2:], strict=False)
        if not (_same(before[1], here[1]) and _same(here[1], after[1]))
    ]
    return [poses[0], *inner, poses[-1]]


def _yaw_rad(now: ActorNow) -> float:
    """A door's opening turns its leaf."""
    opening = now.state.amount if now.spec.kind is ActorKind.DOOR else 0.0
    return now.state.yaw_rad + opening


def _pose(now: ActorNow, yaw_rad: float, terrain: Terrain) -> tuple[float, ...]:
    state = now.state
    if not state.visible:
        return (state.x_m, state.y_m, BELOW_M, 0.0, 0.0, yaw_rad)
    ground = float(terrain.height_at(state.x_m, state.y_m)) + state.z_offset_m
    roll, pitch = 0.0, 0.0
    if state.posture in LYING or now.spec.kind is ActorKind.CAR:
        roll, pitch = attitude_on(terrain, state.x_m, state.y_m, yaw_rad)
    return (state.x_m, state.y_m, ground, roll, pitch, yaw_rad)


def _same(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return math.dist(a[:3], b[:3]) < MOVED_M and abs(a[5] - b[5]) < TURNED_RAD


def _stays(waypoints: Sequence[Waypoint]) -> bool:
    return all(_same(waypoints[0][1], pose) for _, pose in waypoints)


def _model(now: ActorNow, path: str, pose: tuple[float, ...], body: Element | None) -> Element:
    """Somebody who stays, with the collisions that the embedded physics gives its body."""
    model = Element("model", name=_name(now))
    add(model, "static", "true")
    add_pose(model, pose[:3], (0, 0, pose[5]))
    link = add(model, "link", name="link")
    if body is not None:
        add_body(link, body)
    _add_looks(link, now, path, pose[3:5])
    return model


def _actor(now: ActorNow, path: str, waypoints: Sequence[Waypoint]) -> Element:
    """Somebody who goes: gz-sim moves it as scripted and lets it collide with nothing."""
    actor = Element("actor", name=_name(now))
    add_pose(actor, (0, 0, 0))
    _add_looks(add(actor, "link", name="link"), now, path, (0.0, 0.0))
    script = add(actor, "script")
    add(script, "loop", "true")
    add(script, "delay_start", 0.0)
    add(script, "auto_start", "true")
    trajectory = add(script, "trajectory", id="0", type="walk")
    for time_s, pose in waypoints:
        waypoint = add(trajectory, "waypoint")
        add(waypoint, "time", time_s)
        add(waypoint, "pose", numbers(pose))
    return actor


def _name(now: ActorNow) -> str:
    return sdf_name(f"{now.spec.kind} {now.spec.name}")


def _add_looks(link: Element, now: ActorNow, path: str, tilt_rad: Sequence[float]) -> None:
    visual = add(link, "visual", name="figure")
    add_pose(visual, (0, 0, 0), (*tilt_rad, 0))
    visual.append(mesh(path))
    if now.spec.kind in HUMAN:
        add_plugin(visual, "Thermal", temperature=BODY_K)
