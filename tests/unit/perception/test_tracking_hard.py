"""What makes trackers lose people: occlusion, turns, few pictures, crowds, bad numbers."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from patrol.geometry import Pose2, StampedPose
from patrol.vehicle import load_vehicle
from perception.ground_projection import GroundPoint, GroundProjector
from perception.tracking import Observation, Tracker, TrackingConfig, TrackState
from perception.tracking_view import ImagePlane

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")
CAMERA = SPEC.cameras[0]
PERSON_PX = (60.0, 150.0)
AFFINE = np.array([[1.02, -0.01, -35.0], [0.01, 1.02, 12.0]])


def at(x: float = 0.0, y: float = 0.0, yaw: float = 0.0) -> GroundProjector:
    return GroundProjector(CAMERA, StampedPose(0.0, Pose2(x, y, yaw), np.eye(3) * 1e-4))


def on_ground(
    here: GroundProjector, x: float, y: float, height: float = 1.7, noise: float = 0.0
) -> Observation:
    box = here.box_at(x, y, 0.5, height)
    assert box is not None
    box = box + noise * (box[3] - box[1])
    point = here.box_point(box)
    assert point is not None
    size = here.footprint(box)
    return Observation(box, 0.8, "person", point, size.width_m, size.height_m)


def in_plane(x: float, y: float, size: tuple[float, float] = PERSON_PX) -> Observation:
    box = ImagePlane().boxes_at(np.array([[x, y]]), np.array([size]), np.zeros(1))[0]
    feet, covariance = ImagePlane.place(box)
    point = GroundPoint(float(feet[0]), float(feet[1]), covariance, math.nan)
    return Observation(box, 0.8, "person", point, *size)


def moved(point: tuple[float, float], motion: np.ndarray) -> tuple[float, float]:
    x, y = motion @ (*point, 1.0)
    return float(x), float(y)


@pytest.mark.parametrize("speed_mps", [0.0, 0.6])
def test_who_was_hidden_for_nearly_3_s_is_the_same(speed_mps: float) -> None:
    tracker = Tracker()
    for i in range(40):
        t, here = 0.2 * i, at(0.5 * 0.2 * i)
        hidden = 3.0 < t < 5.9
        people = [] if hidden else [on_ground(here, 11.0, -2.5 + speed_mps * t)]
        tracks = tracker.step(people, here, t)
    assert [track.track_id for track in tracks] == [1]


def test_a_hidden_persons_place_grows_uncertain() -> None:
    tracker, here = Tracker(), at()
    for i in range(6):
        tracker.step([on_ground(here, 9.0, 0.0)], here, 0.2 * i)
    sigmas = [tracker.step([], here, t)[0].view().position_sigma_m for t in (1.5, 2.5, 3.5)]
    assert sigmas[0] < sigmas[1] < sigmas[2]


def test_who_is_hidden_does_not_take_a_neighbours_box() -> None:
    """By Mahalanobis distance alone the hidden one, who may be anywhere, is nearer to it."""
    tracker = Tracker()
    for i in range(10):
        tracker.step([in_plane(300.0, 400.0), in_plane(340.0, 400.0)], ImagePlane(), 0.2 * i)
    for i in range(10, 19):
        tracker.step([in_plane(340.0, 400.0)], ImagePlane(), 0.2 * i)
    tracks = tracker.step([in_plane(366.0, 400.0)], ImagePlane(), 3.8)
    assert [track.track_id for track in tracks if track.last_seen_s == 3.8] == [2]


def test_a_child_and_a_grown_up_who_change_places_are_told_by_their_height() -> None:
    tracker, child = Tracker(), (40.0, 90.0)
    for i in range(10):
        tracker.step(
            [in_plane(300.0, 400.0), in_plane(320.0, 400.0, child)], ImagePlane(), 0.2 * i
        )
    people = [in_plane(320.0, 400.0), in_plane(300.0, 400.0, child)]
    tracks = tracker.step(people, ImagePlane(), 2.0)
    assert {track.track_id: track.observation.height_m for track in tracks} == {1: 150, 2: 90}


def test_who_is_too_far_away_is_somebody_else() -> None:
    tracker, here = Tracker(), at()
    for i in range(10):
        tracker.step([on_ground(here, 7.0, -2.0)], here, 0.2 * i)
    tracks = tracker.step([on_ground(here, 7.0, 2.0)], here, 2.0)
    assert [track.track_id for track in tracks if track.last_seen_s == 2.0] == [2]


def test_a_turn_of_30_degrees_between_two_pictures_keeps_every_identity() -> None:
    tracker = Tracker()
    spots = [(8.0, 1.5), (9.0, 3.0), (11.0, 4.5)]
    for i, yaw in enumerate((0.0, 0.0, math.radians(30), math.radians(30))):
        here = at(yaw=yaw)
        tracks = tracker.step([on_ground(here, *spot) for spot in spots], here, 0.2 * i)
    assert {track.track_id for track in tracks} == {1, 2, 3}
    for track, spot in zip(sorted(tracks, key=lambda t: t.track_id), spots, strict=True):
        assert math.dist(track.mean[:2], spot) < 0.2


def test_without_a_pose_the_pictures_motion_keeps_every_identity() -> None:
    tracker, spots = Tracker(), [(400.0, 500.0), (480.0, 510.0), (560.0, 505.0)]
    shift = np.array([[1.0, 0.0, -250.0], [0.0, 1.0, 0.0]])  # 30 degrees of an 80 degree camera
    for i in range(4):
        motion = shift if i == 2 else None
        spots = [moved(spot, shift) for spot in spots] if i == 2 else spots
        tracks = tracker.step([in_plane(*spot) for spot in spots], ImagePlane(motion), 0.2 * i)
    assert sorted(track.track_id for track in tracks) == [1, 2, 3]


def test_a_motion_carries_place_speed_size_and_covariance() -> None:
    tracker = Tracker()
    for i in range(5):
        (before,) = tracker.step([in_plane(300.0 + 20 * i, 400.0)], ImagePlane(), 0.2 * i)
    mean, covariance, size = before.mean, before.covariance, before.size
    (after,) = tracker.step([], ImagePlane(AFFINE), 0.8)  # no time goes by
    turn = AFFINE[:, :2]
    assert after.mean[:2] == pytest.approx(np.array(moved(tuple(mean[:2]), AFFINE)))
    assert after.mean[2:] == pytest.approx(turn @ mean[2:])
    assert after.covariance[2:, 2:] == pytest.approx(turn @ covariance[2:, 2:] @ turn.T)
    assert after.size == pytest.approx(size * math.sqrt(np.linalg.det(turn)))


@pytest.mark.parametrize("motion", [np.eye(3), np.full((2, 3), np.nan)])
def test_a_motion_that_is_none_is_refused(motion: np.ndarray) -> None:
    with pytest.raises(ValueError, match="motion"):
        ImagePlane(motion)


@pytest.mark.parametrize("every", [1, 5])
def test_people_who_cross_keep_their_ids_at_every_fifth_frame(every: int) -> None:
    rng, tracker = np.random.default_rng(3), Tracker()
    for i in range(0, 180, every):
        t = i / 30
        here = at(1.0 * t, 0.0, 0.3 * math.sin(t))
        walkers = [(9 + t, -3 + 1.1 * t), (10 + t, 3 - 1.1 * t), (12.0 + t, 0.3)]
        people = [on_ground(here, *place, noise=rng.normal(0, 0.01)) for place in walkers]
        tracks = tracker.step(people, here, t)
    assert {track.track_id for track in tracks} == {1, 2, 3}
    for track, place in zip(sorted(tracks, key=lambda t: t.track_id), walkers, strict=True):
        assert math.dist(track.mean[:2], place) < 0.8


def test_who_falls_over_is_the_same() -> None:
    tracker, here = Tracker(), at()
    for i in range(15):
        height = 1.7 if i < 7 else 0.4
        tracks = tracker.step([on_ground(here, 8.0, 0.5, height)], here, 0.2 * i)
    assert [(track.track_id, track.hits) for track in tracks] == [(1, 15)]
    assert tracks[0].size[1] == pytest.approx(0.4, abs=0.1)


def test_500_boxes_are_500_tracks() -> None:
    tracker, spots = Tracker(), [(40.0 * (i % 50), 60.0 * (i // 50) + 50) for i in range(500)]
    for i in range(3):
        boxes = [in_plane(x + 2 * i, y, (16.0, 40.0)) for x, y in spots]
        tracks = tracker.step(boxes, ImagePlane(), 0.2 * i)
    assert [track.hits for track in tracks] == [3] * 500
    assert [t.mean[0] - x for t, (x, _) in zip(tracks, spots, strict=True)] == pytest.approx(
        [4.0] * 500, abs=1.0
    )


def broken(how: str) -> Observation:
    good = in_plane(300.0, 400.0)
    if how == "box":
        return replace(good, box_xyxy=np.array([np.nan, 1.0, 2.0, 3.0]))
    if how == "no extent":
        return replace(good, box_xyxy=np.array([5.0, 5.0, 5.0, 5.0]))
    if how == "place":
        return replace(good, point=replace(good.point, x_m=math.inf))
    if how == "covariance":
        return replace(good, point=replace(good.point, covariance=np.full((2, 2), np.nan)))
    return replace(good, **{how: math.nan})


@pytest.mark.parametrize(
    "how", ["box", "no extent", "place", "covariance", "score", "width_m", "height_m"]
)
def test_a_box_that_is_no_number_is_left_out_and_the_others_go_on(how: str) -> None:
    tracker = Tracker()
    for i in range(4):
        tracks = tracker.step([broken(how), in_plane(600.0, 400.0)], ImagePlane(), 0.2 * i)
    assert [track.hits for track in tracks] == [4]
    assert np.isfinite(tracks[0].mean).all()


def test_a_clock_that_steps_back_ends_all_tracks_and_ids_go_on() -> None:
    tracker = Tracker()
    for i in range(3):
        tracker.step([in_plane(300.0, 400.0)], ImagePlane(), 1000.0 + 0.2 * i)
    (track,) = tracker.step([in_plane(300.0, 400.0)], ImagePlane(), 10.0)
    assert (track.track_id, track.state) == (2, TrackState.TENTATIVE)


def test_a_picture_a_little_out_of_order_is_no_new_person() -> None:
    tracker = Tracker()
    for stamp_s in (1.0, 1.2, 1.1, 1.3):
        tracks = tracker.step([in_plane(300.0, 400.0)], ImagePlane(), stamp_s)
    assert [track.track_id for track in tracks] == [1]


def test_a_box_that_came_once_is_forgotten_sooner() -> None:
    tracker = Tracker(TrackingConfig(lost_after_s=3.0, unsure_after_s=1.0))
    tracker.step([in_plane(300.0, 400.0)], ImagePlane(), 0.0)
    assert tracker.step([], ImagePlane(), 1.1) == []


@pytest.mark.parametrize("name", ["lost_after_s", "unsure_after_s", "height_sigma"])
def test_a_setting_that_is_not_above_0_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        TrackingConfig(**{name: 0.0})
