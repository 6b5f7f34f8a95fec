"""Camera tampering: a hand, a cloth, paint over the lens, or a camera that is turned away."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import painted_world as world
import pytest

from patrol.faults import FaultKind
from patrol.geometry import Scan
from patrol.incident import AnomalyKind, IncidentPhase
from perception.detectors.scripted import ScriptedDetector
from perception.rules.base import Glimpse, Scene
from perception.rules.camera_covered import CoverConfig
from perception.rules.camera_tampering import CameraTamperingConfig, CameraTamperingRule
from perception.rules.camera_turned import TurnConfig
from perception.types import Frame

Image = np.ndarray
Painter = Callable[[float, Image], Image]
START_S, PICTURE_S = 1000.0, 0.2
NOISE = np.random.default_rng(5).normal(0.0, 4.0, (8, 360, 640, 3))


def street(pan_px: int = 0, bright: float = 1.0) -> Image:
    """Houses, windows and a street: soft blobs and edges, wider than the picture."""
    rng = np.random.default_rng(1)
    wide = np.full((360, 1400, 3), 110.0)
    for _ in range(260):
        x, y = int(rng.integers(0, 1360)), int(rng.integers(0, 330))
        w, h = int(rng.integers(12, 90)), int(rng.integers(12, 70))
        wide[y : y + h, x : x + w] = rng.uniform(40, 210, 3)
    return wide[:, 300 + pan_px : 940 + pan_px] * bright


def noisy(image: Image, number: int) -> Image:
    return np.clip(image + NOISE[number % 8], 0, 255).astype(np.uint8)


def scan(near_m: float | None = None, toward_rad: float = 0.0) -> Scan:
    """A yard 6 m around, and what stands before the vehicle (or beside it) within 0.7 rad."""
    angles = np.linspace(-2.356, 2.356, 541)
    ranges = np.full(541, 6.0)
    if near_m is not None:
        ranges[np.abs(angles - toward_rad) < 0.7] = near_m
    return Scan(START_S, -2.356, angles[1] - angles[0], ranges, 0.06, 25.0)


def cloth(level: float, grain: float = 3.0) -> Painter:
    """All that a covered lens shows: dark, and a little light at the upper edge."""
    edge = np.linspace(1.0, 0.0, 360)[:, None, None] ** 6

    def paint(t: float, image: Image) -> Image:
        rng = np.random.default_rng(round(1000 * t))
        return level * (1 + 1.2 * edge) + rng.normal(0, grain, image.shape)

    return paint


def seen(
    paint: Painter,
    begins_s: float,
    ends_s: float = math.inf,
    seconds: float = 12.0,
    speed_mps: float = 0.0,
    surroundings: Callable[[float], Scan] = lambda _t: scan(),
    bright: float = 1.0,
    toward_rad: float = 0.0,
) -> list[tuple[float, bool, list]]:
    """Time, whether the camera counts as blind, findings: `paint` changes pictures meanwhile."""
    rule, looks = CameraTamperingRule(CameraTamperingConfig()), []
    for number in range(round(seconds / PICTURE_S)):
        t = number * PICTURE_S
        image = street(bright=bright)
        if begins_s <= t < ends_s:
            image = paint(t - begins_s, image)
        place = (10.0 + speed_mps * t, 2.0)
        glimpse = Glimpse(
            START_S + t, noisy(image, number), place, speed_mps, 0.0, surroundings(t), toward_rad
        )
        looks.append((t, rule.is_blind, rule.look(glimpse)))
    return looks


def opened(looks: Sequence[tuple[float, bool, list]]) -> list[float]:
    keys: dict[int, float] = {}
    for t, _, findings in looks:
        for finding in findings:
            keys.setdefault(finding.key, t)
    return list(keys.values())


@pytest.mark.parametrize("speed_mps", [0.0, 0.5])
@pytest.mark.parametrize("level", [3.0, 30.0, 90.0, 180.0])
def test_a_cloth_or_paint_over_the_lens_is_told_once(level: float, speed_mps: float) -> None:
    looks = seen(cloth(level), 4.0, speed_mps=speed_mps)
    (told_s,) = opened(looks)
    assert 5.0 <= told_s <= 7.0
    assert looks[-1][2][0].details == {"how": "covered"}
    assert looks[-1][1]


def test_a_lens_in_the_dark_is_told_too() -> None:
    assert len(opened(seen(cloth(2.0, grain=1.0), 4.0, bright=0.25))) == 1


def test_paint_that_lets_light_through_is_told() -> None:
    def sprayed(t: float, image: Image) -> Image:
        return 120 + 0.25 * (cv2.GaussianBlur(image, (0, 0), 25) - 120)

    assert len(opened(seen(sprayed, 4.0))) == 1


def test_light_that_falls_in_over_a_hand_is_nothing_that_is_seen() -> None:
    """Brighter towards two edges, as recorded: no more of it is detail than of an even cloth."""
    from_above = np.exp(-np.arange(360) / 48.0)[:, None, None]
    from_left = np.exp(-np.arange(640) / 48.0)[None, :, None]

    def hand(_t: float, image: Image) -> Image:
        return 27.0 + 31.0 * np.maximum(from_above, from_left) + 0.0 * image

    looks = seen(hand, 4.0, speed_mps=0.5)  # a vehicle that stands takes it for another view
    assert len(opened(looks)) == 1
    assert looks[-1][2][0].details == {"how": "covered"}


def test_it_is_over_when_the_picture_is_back() -> None:
    looks = seen(cloth(30.0), 4.0, ends_s=9.0, seconds=15.0)
    cleared = [t for t, _, findings in looks if any(f.cleared for f in findings)]
    assert len(cleared) == 1
    assert 10.5 <= cleared[0] <= 12.5
    assert not looks[-1][1]


def test_a_hand_that_only_wipes_the_lens_is_none() -> None:
    assert not opened(seen(cloth(30.0), 4.0, ends_s=5.2))


def test_who_stands_in_front_hides_only_a_part() -> None:
    def person(t: float, image: Image) -> Image:
        image = image.copy()
        image[:, 120:500] = 45.0  # a coat without a pattern, over more than half
        return image

    assert not opened(seen(person, 4.0, surroundings=lambda t: scan(0.8 if t > 4 else None)))


def test_nightfall_and_fog_come_slowly() -> None:
    def fades(t: float, image: Image) -> Image:
        return 60 + (image - 60) * max(0.0, 1 - t / 8)

    assert not opened(seen(fades, 2.0, seconds=16.0))


def test_a_light_that_goes_out_is_none() -> None:
    assert not opened(seen(lambda _t, image: 0.3 * image, 4.0))


@pytest.mark.parametrize("level", [0.0, 255.0])
def test_a_dead_sensor_is_a_fault_and_nobodys_deed(level: float) -> None:
    rule = CameraTamperingRule(CameraTamperingConfig())
    told = []
    for number in range(50):
        image = noisy(street(), number)
        if number > 20:
            image = np.full_like(image, level)
        told += rule.look(Glimpse(number * 0.2, image, (0.0, 0.0), 0.0, 0.0, scan()))
    assert not told


def test_a_camera_that_shows_nothing_from_the_start_is_none() -> None:
    assert not opened(seen(cloth(30.0), 0.0))


def test_a_camera_that_is_turned_away_is_told() -> None:
    looks = seen(lambda t, _: street(pan_px=round(min(t, 0.6) * 300)), 4.0)
    (told_s,) = opened(looks)
    assert 5.4 <= told_s <= 7.0
    assert looks[-1][2][0].details == {"how": "turned"}


def test_a_camera_that_shakes_is_not_turned() -> None:
    assert not opened(seen(lambda t, _: street(pan_px=round(6 * math.sin(20 * t))), 4.0))


def test_a_bus_that_stops_before_the_vehicle_is_not_a_turned_camera() -> None:
    def bus(t: float, _: Image) -> Image:
        return street(pan_px=400)

    assert not opened(seen(bus, 4.0, surroundings=lambda t: scan(1.5 if t >= 4 else None)))


@pytest.mark.parametrize("late_s", [0.2, 0.4, 0.8])
def test_a_bus_that_leaves_before_the_vehicle_is_not_a_turned_camera(late_s: float) -> None:
    """Its pattern moves off, or the newest scan is a little older than the picture.

    At that moment the lidar still measures the same ahead; from the next scan on it does not.
    """

    def side_of_a_bus(t: float, _: Image) -> Image:
        return street(pan_px=380)

    looks = seen(
        side_of_a_bus,
        0.0,
        ends_s=5.0,
        surroundings=lambda t: scan(1.0 if t < 5 + late_s else None),
    )
    assert not opened(looks)


@pytest.mark.parametrize("toward_rad", [1.3, -1.3])
def test_a_camera_at_the_side_is_judged_by_what_the_lidar_measures_there(
    toward_rad: float,
) -> None:
    def bus(t: float, _: Image) -> Image:
        return street(pan_px=400)

    def beside(t: float) -> Scan:
        return scan(1.5 if t >= 4 else None, toward_rad)

    def before(t: float) -> Scan:
        return scan(1.5 if t >= 4 else None)

    assert not opened(seen(bus, 4.0, surroundings=beside, toward_rad=toward_rad))
    assert len(opened(seen(bus, 4.0, surroundings=before, toward_rad=toward_rad))) == 1
    assert not opened(seen(bus, 4.0, toward_rad=math.pi)), "the lidar does not look there"


def test_a_vehicle_that_drives_sees_something_else_all_the_time() -> None:
    assert not opened(seen(lambda t, _: street(pan_px=round(100 * t) % 400), 0.0, speed_mps=0.5))


class TellsOfPictures:
    """A rule that counts the pictures it gets."""

    kind = AnomalyKind.CROWD
    count = 0

    def step(self, scene: Scene) -> list:
        self.count += 1
        return []


def test_the_pipeline_tells_it_with_a_blind_camera_and_what_was_seen_before(
    tmp_path: Path,
) -> None:
    other = TellsOfPictures()
    rules = [CameraTamperingRule(CameraTamperingConfig()), other]
    pipe = world.pipeline(tmp_path, rules=rules, eyes=ScriptedDetector(lambda _: []))
    outputs = []
    for number in range(60):
        t = START_S + 0.2 * number
        image = street() if number < 20 else cloth(2.0)(t, street())
        frame = Frame(t, noisy(image, number), world.CAMERA)
        outputs.append(pipe.step(frame, world.pose_at(3.0, t, 0.0), scan(), t))
    incidents = [i for output in outputs for i in output.incidents]
    assert [(i.kind, i.phase) for i in incidents] == [
        (AnomalyKind.CAMERA_TAMPERING, IncidentPhase.OPENED)
    ]
    assert (incidents[0].x_m, incidents[0].y_m) == pytest.approx((3.0 + world.CAMERA.x_m, 0.0))
    assert outputs[-1].faults == {FaultKind.CAMERA_BLIND}
    assert other.count < 25
    evidence = [e for output in outputs for e in output.evidence] + pipe.close()
    assert {e.media_type for e in evidence} == {"image/jpeg", "video/mp4", "application/json"}


def test_without_a_pose_the_fault_must_do(tmp_path: Path) -> None:
    rules = [CameraTamperingRule(CameraTamperingConfig())]
    pipe = world.pipeline(tmp_path, rules=rules, eyes=ScriptedDetector(lambda _: []))
    for number in range(60):
        t = START_S + 0.2 * number
        image = street() if number < 20 else cloth(30.0)(t, street())
        frame = Frame(t, noisy(image, number), world.CAMERA)
        output = pipe.step(frame, None, None, t)
        assert not output.incidents
    assert FaultKind.CAMERA_BLIND in output.faults


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"hold_s": 0.0}, r"hold_s: 0.0 must be in \(0, 30\]"),
        ({"blind_after_s": 9.0}, r"blind_after_s: 9.0 must be in \(0, hold_s\]"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        CameraTamperingConfig(**limits)


@pytest.mark.parametrize("kind", [CoverConfig, TurnConfig])
def test_refuses_shares_that_contradict_each_other(kind: type) -> None:
    with pytest.raises(ValueError, match=r"lost_share: 0.9 must be in \(0, kept_share\)"):
        kind(lost_share=0.9)
