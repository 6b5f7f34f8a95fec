"""Crosswalk signals: posts that stand still, and lit lamps that come out of their case in time.

SDF has no clock for colours, and no system of gz-sim switches a visual. What it can do without a
plugin of ours is play a script: each lit face is an `<actor>` of one link whose trajectory puts it
before its dark lamp while it burns and inside the case while it does not, round and round with the
signal's cycle (docs/gazebo.md).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from xml.etree.ElementTree import Element

import numpy as np

from simulation.gazebo.elements import (
    Rgb,
    add,
    add_pose,
    add_visual,
    box,
    cylinder,
    numbers,
    sdf_name,
    static_model,
)
from simulation.signals import FLASH_HZ, CrosswalkSignal, Lamp, SignalHead, SignalProgram, shines

SIGNAL_HEIGHT_M, SIGNAL_RADIUS_M = 2.6, 0.06
POLE_RGB, CASE_RGB, DARK_RGB = (0.46, 0.46, 0.45), (0.06, 0.06, 0.07), (0.03, 0.03, 0.03)
LAMPS: dict[Lamp, tuple[float, Rgb]] = {  # height above the middle of the case, colour
    Lamp.RED: (0.13, (0.9, 0.08, 0.06)),
    Lamp.GREEN: (-0.13, (0.1, 0.85, 0.3)),
}
CASE_M, FACE_M = (0.18, 0.3, 0.6), (0.02, 0.2, 0.2)
DARK_AHEAD_M, LIT_AHEAD_M = 0.09, 0.105  # of the post's middle
SWITCH_S = 0.02
TENSION = 1.0  # of the trajectory's spline: it neither overshoots nor drifts between two points

Waypoint = tuple[float, bool]  # seconds into the cycle; whether the lamp burns


def signal_elements(signals: Sequence[CrosswalkSignal]) -> list[Element]:
    """The static model of all posts, and an actor for each lit face."""
    model, link = static_model("crosswalk_signals")
    actors = []
    for signal in signals:
        for i, head in enumerate(signal.heads):
            name = sdf_name(f"signal {signal.signal_id} {i}")
            _add_post(link, name, head)
            actors += [_lamp(f"{name} {lamp}", head, lamp, signal.program) for lamp in Lamp]
    return [model, *actors]


def waypoints_of(program: SignalProgram, lamp: Lamp) -> list[Waypoint]:
    """When a lamp burns in one cycle from the world's beginning: pairs around every switch."""
    ends = np.cumsum((0.0, program.walk_s, program.clearance_s)) - program.offset_s
    steps = np.arange(0.0, program.cycle_s, 0.5 / FLASH_HZ)
    inner = {round(edge, 2) for edge in (*(ends % program.cycle_s).tolist(), *steps.tolist())}
    edges = sorted(edge for edge in inner if SWITCH_S < edge < program.cycle_s - SWITCH_S)
    spans = list(itertools.pairwise([0.0, *edges, program.cycle_s]))
    burns = [shines(program.at(0.5 * (a + b))[0], lamp, 0.5 * (a + b)) for a, b in spans]
    points: list[Waypoint] = [(0.0, burns[0])]
    for (begin_s, _), before, now in zip(spans[1:], burns, burns[1:], strict=False):
        if before is not now:
            last_s = max(begin_s - SWITCH_S, points[-1][0] + 1e-3)
            points += [(last_s, before), (begin_s, now)]
    return [*points, (program.cycle_s, burns[-1])]


def _add_post(link: Element, name: str, head: SignalHead) -> None:
    foot = (head.x_m, head.y_m, head.z_m + SIGNAL_HEIGHT_M / 2 - 0.2)
    add_visual(link, f"{name} post", cylinder(SIGNAL_RADIUS_M, SIGNAL_HEIGHT_M), POLE_RGB, foot)
    top, yaw = head.z_m + SIGNAL_HEIGHT_M, (0.0, 0.0, head.yaw_rad)
    add_visual(link, f"{name} case", box(CASE_M), CASE_RGB, (head.x_m, head.y_m, top), yaw)
    for lamp in Lamp:
        place = _place(head, lamp, DARK_AHEAD_M)
        add_visual(link, f"{name} {lamp}", box(FACE_M), DARK_RGB, place, yaw)


def _lamp(name: str, head: SignalHead, lamp: Lamp, program: SignalProgram) -> Element:
    actor = Element("actor", name=name)
    add_pose(actor, (0, 0, 0))
    rgb = LAMPS[lamp][1]
    add_visual(add(actor, "link", name="link"), "lit", box(FACE_M), rgb, emissive=1.0)
    script = add(actor, "script")
    add(script, "loop", "true")
    add(script, "delay_start", 0.0)
    add(script, "auto_start", "true")
    trajectory = add(script, "trajectory", id="0", type="signal", tension=str(TENSION))
    for time_s, burns in waypoints_of(program, lamp):
        place = _place(head, lamp, LIT_AHEAD_M if burns else 0.0)
        waypoint = add(trajectory, "waypoint")
        add(waypoint, "time", time_s)
        add(waypoint, "pose", numbers((*place, 0.0, 0.0, head.yaw_rad)))
    return actor


def _place(head: SignalHead, lamp: Lamp, ahead_m: float) -> tuple[float, float, float]:
    c, s = math.cos(head.yaw_rad), math.sin(head.yaw_rad)
    z_m = head.z_m + SIGNAL_HEIGHT_M + LAMPS[lamp][0]
    return head.x_m + ahead_m * c, head.y_m + ahead_m * s, z_m
