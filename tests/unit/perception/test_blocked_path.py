"""Blocked path: what the lidar sees across a way of the map, and for how long."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from staged_people import CAMERA, NOON_S, PICTURE_S, proving_ground

from patrol.geometry import Pose2, StampedPose
from patrol.incident import IncidentPhase
from patrol.map import PatrolMap
from perception.ground_projection import GroundProjector
from perception.incidents import IncidentBook, IncidentConfig
from perception.map_view import NOWHERE, MapView, PatrolMapView
from perception.rules.base import Scene
from perception.rules.blocked_path import BlockedPathConfig, BlockedPathRule

ALLEY_X, ALLEY_WIDTH = 40.0, 1.8  # runs south to north from y = 14 to 44
LIDAR_X, LIDAR_Z = 1.15, 0.35
START = Pose2(ALLEY_X, 18.0, math.pi / 2)
Body = tuple[float, float, float]  # map x, y, radius
Bodies = Callable[[float], Sequence[Body]]


def returns(pose: Pose2, bodies: Sequence[Body], rng: np.random.Generator) -> np.ndarray:
    """What a lidar in the vehicle's front sees of round bodies, in base_link."""
    angles = np.linspace(-2.2, 2.2, 541)
    nearest = np.full(len(angles), np.inf)
    for x, y, radius in bodies:
        bx, by = pose.inverse_transform(x, y)
        bx -= LIDAR_X
        along = bx * np.cos(angles) + by * np.sin(angles)
        off = np.abs(by * np.cos(angles) - bx * np.sin(angles))
        hit = (off < radius) & (along > 0)
        depth = along - np.sqrt(np.maximum(radius**2 - off**2, 0.0))
        nearest[hit] = np.minimum(nearest[hit], depth[hit])
    seen = nearest < 25.0
    ranges = nearest[seen] + rng.normal(0.0, 0.01, seen.sum())
    return np.column_stack(
        (LIDAR_X + ranges * np.cos(angles[seen]), ranges * np.sin(angles[seen]))
    )


def play(
    bodies: Bodies,
    seconds: float = 10.0,
    view: MapView | None = None,
    start: Pose2 = START,
    speed_mps: float = 0.0,
    pitch_rad: float = 0.0,
) -> list[tuple[float, float, float]]:
    """Incidents opened: (time, x, y)."""
    view = view or PatrolMapView(proving_ground())
    rule, rng = BlockedPathRule(BlockedPathConfig()), np.random.default_rng(3)
    book, opened = IncidentBook(IncidentConfig(), "proving-ground"), []
    for number in range(round(seconds / PICTURE_S)):
        t = number * PICTURE_S
        x, y = start.transform(speed_mps * t, 0.0)
        pose = replace(start, x_m=x, y_m=y)
        stamped = StampedPose(NOON_S + t, pose, np.eye(3) * 1e-4, pitch_rad=pitch_rad)
        projector = GroundProjector(CAMERA, stamped)
        scene = Scene(
            NOON_S + t, np.zeros((2, 2, 3), np.uint8), projector, (), (),
            pose.transform(CAMERA.x_m, CAMERA.y_m), map=view,
            returns_base=returns(pose, bodies(t), rng), lidar_base=(1.15, 0.0, LIDAR_Z),
        )  # fmt: skip
        for incident, _ in book.step(rule.step(scene), NOON_S + t):
            if incident.phase is IncidentPhase.OPENED:
                opened.append((t, incident.x_m, incident.y_m))
    return opened


def across(y: float, left: float, right: float) -> list[Body]:
    """Something that takes the alley from `left` to `right` of its middle (negative is right)."""
    return [(ALLEY_X - d, y, 0.1) for d in np.arange(right + 0.1, left, 0.1)]


def test_cartons_across_the_alley_are_one_incident_where_they_stand() -> None:
    opened = play(lambda _t: across(24.0, 0.5, -0.4))
    assert len(opened) == 1
    t, x, y = opened[0]
    assert 4.0 <= t <= 5.5
    assert math.dist((x, y), (ALLEY_X, 24.0)) < 0.5


def test_two_things_one_behind_the_other_block_together() -> None:
    left, right = across(24.0, 0.9, 0.42), across(24.8, -0.4, -0.9)
    assert len(play(lambda _t: left + right)) == 1
    assert not play(lambda _t: right)


def test_a_vehicle_that_comes_nearer_reports_it_once() -> None:
    assert len(play(lambda _t: across(28.0, 0.5, -0.5), 14.0, speed_mps=0.5)) == 1


def test_a_carton_at_the_wall_leaves_enough() -> None:
    assert not play(lambda _t: across(24.0, 0.9, 0.42), 20.0)


def test_walls_at_the_ways_edges_are_no_things_on_it() -> None:
    walls = [(ALLEY_X + side * 0.95, 18 + 0.1 * i, 0.06) for side in (-1, 1) for i in range(200)]
    assert not play(lambda _t: walls)


def test_who_walks_through_blocks_nothing() -> None:
    assert not play(lambda t: [(ALLEY_X, 34.0 - 0.9 * t, 0.25)], 12.0)


def test_who_stops_for_a_moment_blocks_nothing() -> None:
    assert not play(lambda t: across(24.0, 0.4, -0.4) if t < 3.0 else [], 12.0)


def test_it_is_over_when_the_way_is_free_again() -> None:
    rule_in = [across(24.0, 0.5, -0.5) if t < 8.0 else [] for t in np.arange(0, 20, PICTURE_S)]
    assert len(play(lambda t: rule_in[round(t / PICTURE_S)], 20.0)) == 1


def test_a_rise_of_the_ground_all_across_is_no_thing() -> None:
    """A street of the map climbs by 9 % from y = 14 on; the level beam meets it."""
    start = Pose2(100.0, 8.0, math.pi / 2)
    ground = [(100.0 + dx, 14.0 + LIDAR_Z / 0.09, 0.1) for dx in np.arange(-2.4, 2.5, 0.1)]
    assert not play(lambda _t: ground, 12.0, start=start)
    thing = [(100.0 + dx, 15.2, 0.1) for dx in np.arange(-2.4, 2.5, 0.1)]
    assert len(play(lambda _t: thing, 12.0, start=start)) == 1


@pytest.mark.parametrize("view", [NOWHERE, None])
def test_without_a_map_or_its_heights_nothing_is_said(view: MapView | None) -> None:
    assert not play(lambda _t: across(24.0, 0.5, -0.5), view=view or PatrolMapView(level()))


def level() -> PatrolMap:
    """The proving ground without heights."""
    plain = proving_ground()
    nodes = {key: replace(node, z_m=0.0) for key, node in plain.nodes.items()}
    return replace(plain, nodes=nodes)


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"leaves_m": 0.0}, r"leaves_m: 0.0 must be in \(0, 5\]"),
        ({"near_m": 12.0}, "near_m: 12.0 must be above 0 and below far_m"),
        ({"min_returns": 0}, "min_returns: 0 must be at least 1"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        BlockedPathConfig(**limits)
