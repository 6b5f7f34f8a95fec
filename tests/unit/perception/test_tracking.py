"""Tracks keep their identity while the vehicle moves."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from patrol.geometry import Pose2, StampedPose
from patrol.vehicle import load_vehicle
from perception.ground_projection import GroundProjector
from perception.tracking import Observation, Tracker, TrackingConfig, iou

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")
CAMERA = SPEC.cameras[0]


def at(x: float, y: float = 0.0, yaw: float = 0.0) -> GroundProjector:
    return GroundProjector(CAMERA, StampedPose(0.0, Pose2(x, y, yaw), np.eye(3) * 1e-4))


def seen(here: GroundProjector, x: float, y: float, score: float = 0.8) -> Observation:
    box = here.box_at(x, y, 0.5, 1.7)
    assert box is not None
    point = here.box_point(box)
    assert point is not None
    return Observation(box, score, "person", point, 0.5, 1.7)


def test_a_standing_person_stands_still_while_the_vehicle_drives_and_turns() -> None:
    tracker = Tracker()
    for i in range(15):
        here = at(1.39 * 0.2 * i, 0.0, 0.02 * i)
        tracks = tracker.step([seen(here, 12.0, 1.0)], here, 0.2 * i)
    (track,) = tracks
    assert track.track_id == 1
    assert math.dist(track.mean[:2], (12.0, 1.0)) < 0.3
    assert track.speed_mps < 0.3


def test_two_walkers_who_cross_keep_their_ids() -> None:
    tracker = Tracker()
    for i in range(30):
        here, t = at(0.0), 0.2 * i
        people = [seen(here, 8.0, -3 + 1.2 * t), seen(here, 9.5, 3 - 1.2 * t)]
        tracks = tracker.step(people, here, t)
    ids = {track.track_id: float(track.mean[1]) for track in tracks}
    assert set(ids) == {1, 2}
    assert ids[1] > 2
    assert ids[2] < -2


def test_a_weak_box_prolongs_a_track_and_starts_none() -> None:
    tracker = Tracker()
    here = at(0.0)
    assert tracker.step([seen(here, 8, 0, 0.2)], here, 0.0) == []
    tracker.step([seen(here, 8, 0, 0.6)], here, 0.2)
    tracker.step([seen(here, 8, 0, 0.2)], here, 0.4)
    assert [t.hits for t in tracker.confirmed()] == [2]


def test_a_track_ends_when_nothing_is_seen() -> None:
    tracker = Tracker(TrackingConfig(lost_after_s=1.0))
    here = at(0.0)
    tracker.step([seen(here, 8, 0)], here, 0.0)
    assert len(tracker.step([], here, 0.9)) == 1
    assert tracker.step([], here, 1.1) == []


def test_a_view_of_a_track_is_in_map_metres() -> None:
    tracker = Tracker()
    here = at(100.0, 50.0, math.pi / 2)
    tracker.step([seen(here, 100.0, 58.0)], here, 1.0)
    (track,) = tracker.step([seen(here, 100.0, 58.0)], here, 1.2)
    view = track.view()
    assert (view.x_m, view.y_m) == (pytest.approx(100, abs=0.2), pytest.approx(58, abs=0.2))
    assert view.last_seen_s == 1.2


def test_iou_of_boxes() -> None:
    a = np.array([0.0, 0.0, 2.0, 2.0])
    assert iou(a, a) == 1
    assert iou(a, np.array([1.0, 0.0, 3.0, 2.0])) == pytest.approx(1 / 3)
    assert iou(a, a + 5) == 0
