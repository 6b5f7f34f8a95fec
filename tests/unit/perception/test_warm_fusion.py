"""People by temperature beside those whom the colour picture shows, through the pipeline."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import painted_world as world
import pytest
import staged_warmth as staged
from msgspec import structs
from staged_warmth import POSE, STAMP_S, Slab, lying, standing, thermal

from patrol.errors import ConfigError
from patrol.incident import AnomalyKind
from perception.config import PerceptionConfig, load_perception_config
from perception.detectors.base import Image, Skeleton
from perception.detectors.scripted import ScriptedDetector
from perception.evidence import NoPictureError
from perception.ground_projection import GroundProjector
from perception.pipeline import PerceptionPipeline
from perception.rules.base import Finding, Scene
from perception.rules.fight import FightRule
from perception.tracking import Tracker
from perception.types import Frame, PerceptionOutput, ThermalPicture
from perception.warm_fusion import WarmFusion

EYE = GroundProjector(world.CAMERA, POSE)
Box = tuple[float, float, float, float]
Seen = Sequence[tuple[str, float, Box]]


def box_of(place: tuple[float, float], width_m: float, height_m: float) -> Box:
    box = EYE.box_at(*place, width_m, height_m)
    assert box is not None
    x1, y1, x2, y2 = box.tolist()
    return x1, y1, x2, y2


def played(
    folder: Path,
    slabs: Sequence[Slab],
    seen: Seen = (),
    config: PerceptionConfig | None = None,
    pictures: int = 3,
) -> tuple[PerceptionPipeline, world.Watcher, PerceptionOutput]:
    """Some pictures of a vehicle that stands, with what the colour detector says of each."""
    rule = world.Watcher()
    pipe = world.pipeline(folder, config, rules=[rule], eyes=ScriptedDetector(lambda _: seen))
    for i in range(pictures):
        stamp_s = STAMP_S + 0.2 * i
        warm = replace(thermal(slabs, seed=i), stamp_s=stamp_s - 0.05)
        frame = Frame(stamp_s, world.picture(0.01 * i, None), world.CAMERA, warm)
        output = pipe.step(frame, replace(POSE, stamp_s=stamp_s), None, stamp_s)
    return pipe, rule, output


def without_warmth() -> PerceptionConfig:
    config = PerceptionConfig()
    return replace(config, warm_people=replace(config.warm_people, enabled=False))


def test_whom_the_colour_picture_does_not_show_is_tracked(tmp_path: Path) -> None:
    _, rule, output = played(tmp_path, standing(9.0, 1.0))
    (track,) = output.tracks
    assert (track.x_m, track.y_m) == pytest.approx((9.0, 1.0), abs=0.8)
    assert track.label == "person"
    assert track.by_warmth
    assert track.camera == world.CAMERA.name
    assert track.box_xyxy == pytest.approx(box_of((9.0, 1.0), 0.48, 1.7), abs=12)
    (person,) = rule.scenes[-1].people
    assert person.by_warmth
    assert rule.scenes[-1].pictured == []  # nothing for rules that look at pixels
    assert rule.scenes[-1].sightings == []  # a warm outline does not say that nobody lies there
    assert played(tmp_path / "off", standing(9.0, 1.0), config=without_warmth())[2].tracks == []


def test_who_lies_is_a_candidate_for_a_collapsed_person(tmp_path: Path) -> None:
    _, rule, output = played(tmp_path, lying(7.0, 0.5))
    (sighting,) = rule.scenes[-1].sightings
    point = EYE.box_point(sighting.box_xyxy)
    assert point is not None
    assert (point.x_m, point.y_m) == pytest.approx((7.0, 0.5), abs=0.8)
    assert EYE.footprint(sighting.box_xyxy).height_m < 0.6
    assert output.tracks[0].by_warmth


def test_whom_the_colour_picture_surely_shows_stays_as_they_are(tmp_path: Path) -> None:
    seen = [("person", 0.6, box_of((9.0, 1.0), 0.5, 1.7))]
    _, with_warmth, output = played(tmp_path, standing(9.0, 1.0), seen)
    _, alone, expected = played(tmp_path / "off", standing(9.0, 1.0), seen, without_warmth())
    assert output.tracks == expected.tracks
    assert [len(scene.sightings) for scene in with_warmth.scenes] == [1, 1, 1]
    for one, other in zip(with_warmth.scenes, alone.scenes, strict=True):
        assert [p.place for p in one.people] == [p.place for p in other.people]


def test_who_is_weakly_seen_stays_as_they_are_too(tmp_path: Path) -> None:
    fusion, warm = WarmFusion(PerceptionConfig(), world.SPEC.lidar), thermal(standing(9.0, 1.0))
    (one,) = fusion.fuse([], warm, EYE, None).observations
    weak = structs.replace(one, score=0.16, by_warmth=False)
    assert fusion.fuse([weak], warm, EYE, None).observations == [weak]
    # where it stands as well: the box is the same
    further = structs.replace(weak, point=structs.replace(weak.point, x_m=weak.point.x_m + 5.0))
    assert fusion.fuse([further], warm, EYE, None).observations == [further]
    aside = structs.replace(weak, box_xyxy=weak.box_xyxy + np.array([60.0, 0.0, 60.0, 0.0]))
    assert len(fusion.fuse([aside], warm, EYE, None).observations) == 2


def test_a_track_knows_whether_the_colour_picture_ever_surely_showed_it() -> None:
    warm = thermal(standing(9.0, 1.0))
    (one,) = (
        WarmFusion(PerceptionConfig(), world.SPEC.lidar).fuse([], warm, EYE, None).observations
    )
    tracker, known = Tracker(), []
    for i, score in enumerate((None, 0.2, 0.6, None)):
        look = one if score is None else structs.replace(one, score=score, by_warmth=False)
        (track,) = tracker.step([look], EYE, STAMP_S + 0.2 * i)
        known.append((track.by_colour, track.observation.by_warmth))
    assert known == [(False, True), (False, False), (True, False), (True, True)]


def test_two_people_of_whom_one_is_seen_are_two(tmp_path: Path) -> None:
    seen = [("person", 0.6, box_of((8.0, -1.5), 0.5, 1.7))]
    people = [*standing(8.0, -1.5), *standing(9.0, 1.0)]
    tracks = played(tmp_path, people, seen)[2].tracks
    assert sorted(track.by_warmth for track in tracks) == [False, True]


def test_what_the_detector_calls_a_dog_or_a_car_is_nobody(tmp_path: Path) -> None:
    child = [Slab(7.0, 0.0, 0.5, 0.0, 0.9, 29.0)]
    dog = [("dog", 0.5, box_of((7.0, 0.0), 0.5, 0.9))]
    tracks = played(tmp_path / "dog", child, dog)[2].tracks
    assert [track.label for track in tracks] == ["dog"]
    weak = [("dog", 0.2, dog[0][2])]  # as it calls people, too
    labels = {track.label for track in played(tmp_path / "weak", child, weak)[2].tracks}
    assert labels == {"person"}
    door = [Slab(8.0, 0.5, 0.6, 0.0, 1.4, 24.0)]
    car = [("car", 0.7, box_of((7.6, 0.0), 1.8, 1.5))]
    assert [t.label for t in played(tmp_path / "car", door, car)[2].tracks] == ["car"]
    before = played(tmp_path / "before", standing(6.0, 0.3), car)[2].tracks
    assert sorted(track.label for track in before) == ["car", "person"]


def test_thermal_pictures_of_another_time_or_size_add_nobody(tmp_path: Path) -> None:
    fusion = WarmFusion(PerceptionConfig(), world.SPEC.lidar)
    good = thermal(standing(9.0, 1.0))
    assert len(fusion.fuse([], good, EYE, None).added) == 1
    small = ThermalPicture(STAMP_S, good.celsius[:60], staged.THERMAL)
    for picture in (None, small):
        assert fusion.fuse([], picture, EYE, None).observations == []
    rule = world.Watcher()
    pipe = world.pipeline(tmp_path, rules=[rule], eyes=ScriptedDetector(lambda _: ()))
    late = replace(good, stamp_s=STAMP_S - 0.5)
    frame = Frame(STAMP_S, world.picture(0.0, None), world.CAMERA, late)
    pipe.step(frame, POSE, None, STAMP_S)
    assert rule.scenes[0].sightings == []


def test_a_picture_that_is_older_leaves_more_doubt_of_the_place() -> None:
    fusion, slabs = WarmFusion(PerceptionConfig(), world.SPEC.lidar), standing(9.0, 1.0)
    now = fusion.fuse([], thermal(slabs), EYE, None).observations[0]
    before = replace(thermal(slabs), stamp_s=STAMP_S - 0.3)
    then = fusion.fuse([], before, EYE, None).observations[0]
    assert then.point.sigma_m > now.point.sigma_m


def test_it_says_once_that_it_cannot_see_and_once_that_it_can(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "perception.warm_fusion")
    fusion, summer = WarmFusion(PerceptionConfig(), world.SPEC.lidar), thermal([], 38.0, 33.0)
    for picture in (summer, summer, thermal([]), thermal([]), summer):
        fusion.fuse([], picture, EYE, None)
    events = [record.getMessage().split()[0] for record in caplog.records]
    assert events == ["warm_people_cannot_see", "warm_people_see_again", "warm_people_cannot_see"]
    assert "camera=front ground_c=38.0" in caplog.records[0].getMessage()


def test_they_are_blurred_like_everybody(tmp_path: Path) -> None:
    x1, y1, x2, _ = (round(v) for v in box_of((6.0, 0.5), 0.48, 1.7))
    head = (slice(y1, y1 + 20), slice(x1, x2))

    def detail(config: PerceptionConfig | None, folder: Path) -> float:
        pipe, _, _ = played(folder, standing(6.0, 0.5), config=config)
        latest = pipe._reporter.latest(world.CAMERA.name)
        assert latest is not None
        return float(latest[1][head].std())

    assert detail(None, tmp_path / "on") < 0.5 * detail(without_warmth(), tmp_path / "off")


def test_where_nothing_may_be_recorded_nothing_of_them_is_kept(tmp_path: Path) -> None:
    pipe = world.pipeline(
        tmp_path, no_record=lambda _x, _y: True, rules=[], eyes=ScriptedDetector(lambda _: ())
    )
    frame = Frame(STAMP_S, world.picture(0.0, None), world.CAMERA, thermal(standing(6.0, 0.5)))
    pipe.step(frame, POSE, None, STAMP_S)
    assert pipe.debug_picture() is None
    with pytest.raises(NoPictureError):
        pipe.capture("visit", STAMP_S)


@pytest.mark.parametrize(("x_m", "is_known"), [(6.5, True), (12.0, False)])
def test_from_afar_their_height_is_not_told(tmp_path: Path, x_m: float, is_known: bool) -> None:
    _, rule, _ = played(tmp_path, standing(x_m, 0.0))
    (person,) = rule.scenes[-1].people
    assert math.isnan(person.height_m) is not is_known


class Asked:
    """A pose network that counts how often it is asked, and sees nobody."""

    def __init__(self) -> None:
        self.times = 0

    def skeletons(self, crop_bgr: Image) -> list[Skeleton]:
        self.times += 1
        return []


@pytest.mark.parametrize("by_colour", [True, False])
def test_no_rule_looks_for_limbs_where_only_warmth_shows_somebody(
    tmp_path: Path, by_colour: bool
) -> None:
    pose, config = Asked(), PerceptionConfig()
    places = ((7.0, 0.5), (7.0, -0.4))
    seen = [("person", 0.6, box_of(place, 0.45, 1.7)) for place in places] if by_colour else []
    rules = [FightRule(config.fight, pose)]
    pipe = world.pipeline(tmp_path, rules=rules, eyes=ScriptedDetector(lambda _: seen))
    slabs = [slab for place in places for slab in standing(*place)]
    for i in range(5):
        stamp_s = STAMP_S + 0.2 * i
        frame = Frame(
            stamp_s, world.picture(0.01 * i, None), world.CAMERA,
            replace(thermal(slabs, seed=i), stamp_s=stamp_s),
        )  # fmt: skip
        output = pipe.step(frame, replace(POSE, stamp_s=stamp_s), None, stamp_s)
    assert len(output.tracks) == 2
    assert (pose.times > 0) is by_colour


class Points:
    """A rule that finds something where each person is."""

    kind = AnomalyKind.LOITERING

    def step(self, scene: Scene) -> list[Finding]:
        return [
            Finding(
                self.kind, one.track.track_id, *one.place, 0.2, scene.stamp_s, 0.8,
                one.track.observation.box_xyxy, "points/1",
            )
            for one in scene.people
        ]  # fmt: skip


@pytest.mark.parametrize("by_colour", [True, False])
def test_an_incident_says_that_warmth_alone_shows_it(tmp_path: Path, by_colour: bool) -> None:
    seen = [("person", 0.6, box_of((7.0, 0.5), 0.5, 1.7))] if by_colour else []
    pipe = world.pipeline(tmp_path, rules=[Points()], eyes=ScriptedDetector(lambda _: seen))
    incidents = []
    for i in range(3):
        stamp_s = STAMP_S + 0.2 * i
        warm = replace(thermal(standing(7.0, 0.5), seed=i), stamp_s=stamp_s)
        frame = Frame(stamp_s, world.picture(0.01 * i, None), world.CAMERA, warm)
        incidents += pipe.step(frame, replace(POSE, stamp_s=stamp_s), None, stamp_s).incidents
    assert incidents[0].details == ({} if by_colour else {"seen_by": "warmth"})


def test_limits_come_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "perception.yaml"
    file.write_text("warm_people: {most_ground_c: 24, enabled: false}\n")
    limits = load_perception_config(file).warm_people
    assert (limits.most_ground_c, limits.enabled) == (24, False)
    file.write_text("warm_people: {max_range_m: 100}\n")
    with pytest.raises(ConfigError, match=r"max_range_m: 100 must be in \[2, 60\]"):
        load_perception_config(file)
