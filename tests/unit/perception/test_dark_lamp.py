"""Dark lamps: mapped, needed, in sight, and neither they nor the ground under them is lit."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pytest
from staged_flames import Look, Painter, blob
from staged_people import CAMERA, NOON_S, PICTURE_S, proving_ground

from patrol.geometry import Pose2, StampedPose
from patrol.incident import IncidentPhase
from patrol.map import PoiKind, PointOfInterest
from perception.ground_projection import GroundProjector
from perception.incidents import IncidentBook, IncidentConfig
from perception.map_view import NOWHERE, MapView, PatrolMapView
from perception.rules.base import Scene
from perception.rules.dark_lamp import DarkLampConfig, DarkLampRule
from perception.rules.lamp_looks import LampLookConfig

NIGHT_S = NOON_S + 11 * 3600.0  # 23:00 in Seoul
LAMP = PointOfInterest("lamp-1", "", PoiKind.STREET_LAMP, 66.0, 3.0, 5.0)  # a street along y = 0
START_X_M = 50.0


def view(*lamps: PointOfInterest) -> MapView:
    return PatrolMapView(dataclasses.replace(proving_ground(), pois=lamps))


def burning(lamp: PointOfInterest, from_s: float = 0.0, until_s: float = math.inf,
            hidden: bool = False) -> Painter:  # fmt: skip
    """Its light, and the pool under it."""

    def paint(look: Look) -> None:
        if from_s <= look.t < until_s:
            light = np.array((190.0, 235.0, 255.0))
            blob(look.image, look.eye, (lamp.x_m, lamp.y_m, 0.0), 3.0, 0.6 * light, 0.9)
            if not hidden:
                blob(look.image, look.eye, (lamp.x_m, lamp.y_m, lamp.height_m or 5.0), 0.3, light)

    return paint


def seen(
    map_view: MapView,
    *painters: Painter,
    seconds: float = 6.0,
    begin_s: float = NIGHT_S,
    speed_mps: float = 0.0,
    level: float = 18.0,
    tracks: Callable[[], list] = list,
) -> list[tuple[float, IncidentPhase, dict]]:
    """What comes of it: seconds since the start, phase, details."""
    rule, book, changes = DarkLampRule(DarkLampConfig()), IncidentBook(IncidentConfig(), "map"), []
    for number in range(round(seconds / PICTURE_S)):
        t = number * PICTURE_S
        rng = np.random.default_rng(number)
        pose = Pose2(START_X_M + speed_mps * t, 0.0, 0.0)
        eye = GroundProjector(CAMERA, StampedPose(begin_s + t, pose, np.eye(3) * 1e-4))
        image = np.full((CAMERA.height_px, CAMERA.width_px, 3), level)
        for paint in painters:
            paint(Look(t, image, image[..., 0], eye, eye, rng))
        image += rng.normal(0, 5, (CAMERA.height_px, CAMERA.width_px, 1))
        picture = np.clip(image, 0, 255).astype(np.uint8)
        scene = Scene(begin_s + t, picture, eye, (), tracks(),
                      pose.transform(CAMERA.x_m, CAMERA.y_m), map=map_view)  # fmt: skip
        for incident, finding in book.step(rule.step(scene), begin_s + t):
            if incident.phase is not IncidentPhase.UPDATED:
                changes.append((t, incident.phase, finding.details))
    return changes


@pytest.mark.parametrize("speed_mps", [0.0, 0.5])
def test_a_lamp_that_is_dark_at_night_is_told_once(speed_mps: float) -> None:
    ((t, phase, details),) = seen(view(LAMP), speed_mps=speed_mps, seconds=4.0)
    assert phase is IncidentPhase.OPENED
    assert 1.4 <= t <= 2.2
    assert details == {"lamp": "lamp-1"}


@pytest.mark.parametrize("height_m", [5.0, None])
def test_one_that_burns_is_not(height_m: float | None) -> None:
    lamp = dataclasses.replace(LAMP, height_m=height_m)
    assert not seen(view(dataclasses.replace(lamp, x_m=70.0)), burning(
        dataclasses.replace(lamp, x_m=70.0)))  # fmt: skip


def test_by_day_and_in_the_dusk_none_need_burn() -> None:
    assert not seen(view(LAMP), begin_s=NOON_S)
    assert not seen(view(LAMP), begin_s=NOON_S + 6.9 * 3600)  # 18:54, the sun just down


def test_a_lamp_that_is_hidden_but_lights_the_ground_burns() -> None:
    assert not seen(view(LAMP), burning(LAMP, hidden=True))


def test_one_that_goes_out_is_told_and_one_that_comes_back_is_over() -> None:
    changes = seen(view(LAMP), burning(LAMP, until_s=2.0), burning(LAMP, from_s=6.0), seconds=9.0)
    assert [phase for _, phase, _ in changes] == [IncidentPhase.OPENED, IncidentPhase.CLOSED]
    assert 3.4 <= changes[0][0] <= 4.4
    assert 6.0 <= changes[1][0] <= 6.4


def test_a_lamp_that_flickers_is_not_told() -> None:
    def flickers(look: Look) -> None:
        if int(look.t / 0.8) % 2:
            burning(LAMP)(look)

    assert not seen(view(LAMP), flickers, seconds=8.0)


def test_a_house_between_hides_it() -> None:
    behind = dataclasses.replace(LAMP, x_m=68.0, y_m=-16.0)  # beyond the house of y -14 to -5
    assert not seen(view(behind))


def test_what_is_too_far_or_out_of_the_picture_is_not_judged() -> None:
    assert not seen(view(dataclasses.replace(LAMP, x_m=95.0)))
    assert not seen(view(dataclasses.replace(LAMP, x_m=56.0)))
    assert not seen(view(dataclasses.replace(LAMP, x_m=20.0)))


def test_without_lamps_on_the_map_nothing_is_said() -> None:
    assert not seen(view())
    assert not seen(NOWHERE)


def test_half_bright_is_no_answer() -> None:
    assert not seen(view(LAMP), level=110.0)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: DarkLampConfig(hold_s=0.0), r"hold_s: 0.0 must be in \(0, 60\]"),
        (lambda: DarkLampConfig(dark_level=200.0), r"dark_level: 200.0 must be in"),
        (lambda: LampLookConfig(heights_m=(9.0, 3.0)), r"heights_m: must be two heights"),
        (lambda: LampLookConfig(most_range_m=4.0), r"most_range_m: 4.0 must be in"),
    ],
)
def test_refuses_limits_that_make_no_sense(make: Callable, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()
