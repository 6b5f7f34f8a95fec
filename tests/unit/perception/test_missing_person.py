"""Missing persons: who is a candidate of an open search, and what a candidate says."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import painted_world as world
import pytest
from staged_clothes import (
    BLACK,
    GREEN,
    GREY,
    HERE,
    NAVY,
    RED,
    WHITE,
    Dressed,
    Stage,
    StagedPose,
    searched,
    staged,
)
from staged_people import NOON_S, stands, view, walks

from patrol.person_search import LastSeen, PersonSearch, Rgb
from perception.appearance import Reading
from perception.detectors.base import Image, Skeleton
from perception.evidence import EvidenceRecorder
from perception.ground_projection import GroundProjector
from perception.rules import missing_person_looks as looks
from perception.rules.missing_person import MissingPersonRule
from perception.rules.missing_person_config import MissingPersonConfig
from perception.types import PerceptionOutput

# --- who is a candidate ---


def test_who_fits_is_one_candidate_within_seconds() -> None:
    stage = staged(Dressed(HERE))
    stage.play(12.0)
    ((t, incident),) = stage.of_phase("opened")
    assert t <= 3.0
    assert math.dist((incident.x_m, incident.y_m), (56.0, -1.0)) < 0.5
    assert incident.details["case_id"] == "case-1"
    assert incident.details["rank"] == 1.0
    assert 0.5 < incident.confidence < 0.99
    assert incident.details["matches"] == "top, trousers"
    assert incident.details["speaks_against"] == ""
    assert "found" not in str(incident.details).casefold()


@pytest.mark.parametrize("light", [1.0, 0.5, 0.2])
@pytest.mark.parametrize("tint", [(1.0, 1.0, 1.0), (1.0, 0.82, 0.62), (0.86, 1.0, 1.0)])
def test_light_and_its_tint_change_nothing(light: float, tint: Rgb) -> None:
    stage = staged(Dressed(HERE), light=light, tint=tint)
    stage.play(4.0)
    assert len(stage.of_phase("opened")) == 1


@pytest.mark.parametrize(
    ("top", "trousers"),
    [(GREEN, GREY), (BLACK, GREY), (WHITE, GREY), (RED, WHITE), (RED, BLACK), (NAVY, BLACK)],
)
@pytest.mark.parametrize("light", [1.0, 0.25])
def test_who_wears_something_else_is_none(top: Rgb, trousers: Rgb, light: float) -> None:
    stage = staged(Dressed(HERE, top, trousers), light=light)
    stage.play(6.0)
    assert stage.incidents == []


def test_a_child_is_not_the_grown_up_in_the_same_clothes() -> None:
    stage = staged(Dressed(HERE, height_m=1.2))
    stage.play(6.0)
    assert stage.incidents == []


class SeatedPose(StagedPose):
    """Knees as high as the hips, nearly."""

    def skeletons(self, crop_bgr: Image) -> list[Skeleton]:
        (found,) = super().skeletons(crop_bgr)
        trunk = found.keypoints[11, 1] - found.keypoints[5, 1]
        found.keypoints[13:15, 1] = found.keypoints[11, 1] + 0.25 * trunk
        return [found]


def test_who_sits_is_not_too_small() -> None:
    rule = MissingPersonRule(MissingPersonConfig(), SeatedPose())
    rule.search((searched(),))
    stage = Stage(rule, [Dressed(HERE, height_m=1.1)])
    stage.play(5.0)
    assert len(stage.of_phase("opened")) == 1


def test_a_height_is_remembered_when_only_a_part_is_in_view() -> None:
    """Who was seen to be too small comes so near that the box is cut."""
    stage = staged(Dressed(walks(57.0, -0.4, -0.9), height_m=1.2))
    stage.play(6.0)
    assert stage.incidents == []
    (wearer,) = stage.rule._wardrobe.known.values()
    assert wearer.height_m is not None
    assert wearer.height_m[0] == pytest.approx(1.2, abs=0.06)


def test_who_is_not_described_by_height_may_be_a_child() -> None:
    stage = staged(Dressed(HERE, height_m=1.2), searches=(searched(height_m=None),))
    stage.play(6.0)
    assert len(stage.of_phase("opened")) == 1


def test_darkness_says_less_and_is_not_silent() -> None:
    by_day, by_night = staged(Dressed(HERE)), staged(Dressed(HERE), light=0.12)
    for stage in (by_day, by_night):
        stage.play(5.0)
    ((_, day),), ((_, night),) = by_day.of_phase("opened"), by_night.of_phase("opened")
    assert night.confidence < day.confidence - 0.1


def test_common_clothes_are_a_weaker_candidate() -> None:
    common = searched(top_rgb=BLACK, trousers_rgb=BLACK)
    stage = staged(Dressed(HERE, BLACK, BLACK), searches=(common,))
    stage.play(5.0)
    ((_, incident),) = stage.of_phase("opened")
    assert incident.confidence < 0.4


def test_one_of_several_people_is_the_candidate() -> None:
    others = [Dressed(stands(57.0, y), GREEN, NAVY) for y in (1.0, 2.2)]
    stage = staged(Dressed(HERE), *others)
    stage.play(8.0)
    ((_, incident),) = stage.of_phase("opened")
    assert math.dist((incident.x_m, incident.y_m), (56.0, -1.0)) < 0.5


def test_candidates_are_ranked() -> None:
    fainter = Dressed(stands(56.0, 2.5), (0.68, 0.22, 0.2), GREY)
    stage = staged(Dressed(stands(56.0, -2.5)), fainter)
    stage.play(8.0)
    last = {round(f.y_m): f.details for _, f in stage.findings}
    assert {key: details["rank"] for key, details in last.items()} == {-2: 1.0, 2: 2.0}
    assert {details["candidates"] for details in last.values()} == {2.0}


def test_who_walks_on_stays_one_incident() -> None:
    stage = staged(Dressed(walks(55.0, -1.5, 0.8)))
    stage.play(10.0)
    assert len(stage.of_phase("opened")) == 1
    assert stage.incidents[-1][1].x_m > 60.0


def test_a_single_look_is_no_candidate() -> None:
    stage = staged(Dressed(lambda t: (56.0, -1.0) if t < 0.7 else None))
    stage.play(5.0)
    assert stage.incidents == []


@pytest.mark.parametrize(("ago_s", "opened"), [(60.0, False), (3600.0, True)])
def test_beyond_a_walk_from_the_last_sighting_counts_less(ago_s: float, opened: bool) -> None:
    last = LastSeen("proving-ground", 56.0, 1000.0, NOON_S - ago_s)
    grey = searched(top_rgb=GREY, trousers_rgb=GREY, last_seen=last)
    stage = staged(Dressed(HERE, GREY, GREY), searches=(grey,))
    stage.map_view = view()
    stage.play(5.0)
    assert bool(stage.incidents) is opened
    if opened:
        assert stage.incidents[0][1].details["from_last_seen_m"] == 1001.0
        assert stage.incidents[0][1].details["since_last_seen_s"] >= 3600.0


def test_a_sighting_on_another_map_says_nothing() -> None:
    last = LastSeen("elsewhere", 56.0, 9000.0, NOON_S - 60)
    stage = staged(Dressed(HERE), searches=(searched(last_seen=last),))
    stage.map_view = view()
    stage.play(5.0)
    assert len(stage.of_phase("opened")) == 1
    assert "from_last_seen_m" not in stage.incidents[0][1].details


# --- whose clothes ---


def test_clothes_that_somebody_else_covers_are_not_read() -> None:
    behind = Dressed(stands(58.5, -1.3))
    stage = staged(Dressed(HERE, GREEN, NAVY), behind)
    stage.play(6.0)
    assert len(stage.rule._wardrobe.known) == 1
    assert stage.incidents == []


class NeighboursPose(StagedPose):
    """Finds the skeleton of somebody at the edge of the crop."""

    def skeletons(self, crop_bgr: Image) -> list[Skeleton]:
        (found,) = super().skeletons(crop_bgr)
        found.keypoints[:, 0] += 0.4 * crop_bgr.shape[1]
        return [found]


def test_a_neighbours_skeleton_is_not_used() -> None:
    rule = MissingPersonRule(MissingPersonConfig(), NeighboursPose())
    rule.search((searched(),))
    stage = Stage(rule, [Dressed(HERE)])
    stage.play(3.0)
    (wearer,) = rule._wardrobe.known.values()
    assert wearer.looks > 3
    assert not any(reading.by_skeleton for reading in wearer.readings)


# --- bad input ---


def test_without_skeletons_boxes_do() -> None:
    rule = MissingPersonRule(MissingPersonConfig(), None)
    rule.search((searched(),))
    stage = Stage(rule, [Dressed(HERE)])
    stage.play(5.0)
    assert len(stage.of_phase("opened")) == 1


@pytest.mark.parametrize("jump_s", [-3600.0, 1800.0])
def test_a_clock_that_jumps_is_survived(jump_s: float) -> None:
    stage = staged(Dressed(HERE))
    stage.play(4.0)
    stage.begin_s += jump_s
    stage.play(6.0)
    assert all(np.isfinite(f.confidence) for _, f in stage.findings)


def test_a_budget_of_skeletons_is_kept() -> None:
    pose = StagedPose()
    people = [Dressed(stands(57.0, y), GREEN, NAVY) for y in np.arange(-4.0, 4.1, 1.2)]
    rule = MissingPersonRule(MissingPersonConfig(), pose)
    rule.search((searched(),))
    stage = Stage(rule, people)
    asked = []
    stage.play(4.0, each=lambda _: asked.append(pose.asked))
    assert max(np.diff(asked)) <= 2
    assert len(rule._wardrobe.known) == len(people)


def test_who_shows_nothing_takes_no_looks_from_others(monkeypatch: pytest.MonkeyPatch) -> None:
    read = looks.read_colours

    def read_right(image: Image, box: np.ndarray, *more: object) -> Reading:
        return Reading(None, None) if box[0] < 320 else read(image, box, *more)

    monkeypatch.setattr(looks, "read_colours", read_right)
    hopeless = [Dressed(stands(57.0, y)) for y in (1.0, 2.5, 4.0)]
    stage = staged(Dressed(HERE), *hopeless)
    stage.play(5.0)
    ((_, incident),) = stage.of_phase("opened")
    assert incident.y_m == pytest.approx(-1.0, abs=0.5)


def test_limits_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="least_ratio: 90"):
        MissingPersonConfig(least_ratio=90.0)
    with pytest.raises(ValueError, match="min_looks: 1"):
        MissingPersonConfig(min_looks=1)


# --- in the pipeline ---


def test_the_pipeline_passes_searches_on_and_blurs_a_candidates_head(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blurred = []
    add = EvidenceRecorder.add

    def seen(self: EvidenceRecorder, stamp_s: float, image: Image, regions: list, *more) -> None:
        blurred.append(regions)
        add(self, stamp_s, image, regions, *more)

    monkeypatch.setattr(EvidenceRecorder, "add", seen)

    def drive(folder: Path, searches: tuple[PersonSearch, ...]) -> list[PerceptionOutput]:
        rule = MissingPersonRule(MissingPersonConfig(), StagedPose())
        pipe = world.pipeline(folder, rules=[rule], eyes=world.detector(strong=0.8))
        pipe.search(searches)
        outputs = []
        for i in range(25):
            stamp_s = NOON_S + 0.2 * i
            frame = world.frame(0.0, stamp_s, (7.0, -1.0), (0.5, 1.65))
            outputs.append(pipe.step(frame, world.pose_at(0.0, stamp_s, 0.0), None, stamp_s))
        return outputs

    white = searched(top_rgb=WHITE, trousers_rgb=WHITE, height_m=None)
    assert [one for output in drive(tmp_path / "none", ()) for one in output.incidents] == []
    outputs = drive(tmp_path / "one", (white,))
    incident = next(one for output in outputs for one in output.incidents)
    assert incident.details["case_id"] == "case-1"
    stills = [one for output in outputs for one in output.evidence]
    assert stills
    assert all(one.blurred for one in stills)
    x1, y1, x2, y2 = GroundProjector(world.CAMERA, world.pose_at(0.0, 0.0)).box_at(
        7.0, -1.0, 0.5, 1.65
    )
    head = ((x1 + x2) / 2, y1 + 0.1 * (y2 - y1))
    for regions in blurred:
        assert any(a <= head[0] <= c and b <= head[1] <= d for a, b, c, d in regions)
