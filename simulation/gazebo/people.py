"""Actors of a world: who stays is a static model, who goes or moves is a Gazebo `<actor>`.

Gazebo plays a fixed script. It is recorded here from the same company of actors that the embedded
simulator plays, without a robot, and repeats when it is over; so nobody reacts to the vehicle.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np

from simulation.actors.company import ActorNow, Company
from simulation.actors.kinds import HUMAN, LYING, ActorKind
from simulation.gazebo.actor_bodies import add_body
from simulation.gazebo.elements import add, add_pose, mesh, numbers, sdf_name
from simulation.gazebo.flip_book import Page, Pose, is_same, pages_of, waypoints_of
from simulation.gazebo.meshes import Files
from simulation.gazebo.plugins import add_plugin
from simulation.gazebo.shapes import shape_files
from simulation.mujoco.people_mjcf import actor_bodies, shown_body
from simulation.terrain import Terrain, attitude_on
from simulation.world import World

RECORD_S = 120.0
STEP_S = 0.1  # a figure walks six pictures in a second
BODY_K = 302.0  # between clothes and skin, for thermal cameras
LEFT_OUT = frozenset({ActorKind.FIRE, ActorKind.SMOKE})


def people_elements(world: World) -> tuple[list[Element], Files]:
    """Models and actors, and their mesh files; fire and smoke are left out."""
    bodies = {
        body.attrib["name"]: body for body in map(ElementTree.fromstring, actor_bodies(world))
    }
    elements: list[Element] = []
    files: Files = {}
    for i, track in enumerate(recorded(world).values()):
        pages, poses = pages_of(track), poses_of(track, world.terrain)
        for n, page in enumerate(pages):
            path = f"meshes/actor_{i}.obj" if len(pages) == 1 else f"meshes/actor_{i}_{n}.obj"
            files |= shape_files(path, page.shape)
            if page.is_always_shown and all(is_same(poses[0], pose) for pose in poses):
                body = bodies.get(shown_body(track[0]) or "")
                elements.append(_model(track[0], path, poses[0], body))
            else:
                name = f"{_name(track[0])} ({page.name})" if len(pages) > 1 else _name(track[0])
                elements.append(_actor(track[0], name, path, page, poses))
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


def poses_of(track: Sequence[ActorNow], terrain: Terrain) -> list[Pose]:
    """Where an actor is at every moment, on the ground; its yaw without jumps."""
    yaw = np.unwrap([_yaw_rad(now) for now in track]).tolist()
    return [_pose(now, turned, terrain) for now, turned in zip(track, yaw, strict=True)]


def _yaw_rad(now: ActorNow) -> float:
    """A door's opening turns its leaf."""
    opening = now.state.amount if now.spec.kind is ActorKind.DOOR else 0.0
    return now.state.yaw_rad + opening


def _pose(now: ActorNow, yaw_rad: float, terrain: Terrain) -> Pose:
    state = now.state
    ground = float(terrain.height_at(state.x_m, state.y_m)) + state.z_offset_m
    roll, pitch = -state.lean_rad, 0.0
    if state.posture in LYING or now.spec.kind is ActorKind.CAR:
        roll, pitch = attitude_on(terrain, state.x_m, state.y_m, yaw_rad)
    return (state.x_m, state.y_m, ground, roll, pitch, yaw_rad)


def _model(now: ActorNow, path: str, pose: Pose, body: Element | None) -> Element:
    """Somebody who stays, with the collisions that the embedded physics gives its body."""
    model = Element("model", name=_name(now))
    add(model, "static", "true")
    add_pose(model, pose[:3], (0, 0, pose[5]))
    link = add(model, "link", name="link")
    if body is not None:
        add_body(link, body)
    _add_looks(link, now, path, pose[3:5])
    return model


def _actor(now: ActorNow, name: str, path: str, page: Page, poses: Sequence[Pose]) -> Element:
    """A figure that goes: gz-sim moves it as scripted and lets it collide with nothing."""
    actor = Element("actor", name=name)
    add_pose(actor, (0, 0, 0))
    _add_looks(add(actor, "link", name="link"), now, path, (0.0, 0.0))
    script = add(actor, "script")
    add(script, "loop", "true")
    add(script, "delay_start", 0.0)
    add(script, "auto_start", "true")
    trajectory = add(script, "trajectory", id="0", type="walk", tension=str(page.tension))
    for time_s, pose in waypoints_of(page, poses, STEP_S):
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
