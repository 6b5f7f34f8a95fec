"""Missing persons: candidates of open searches, and nothing of anybody without one."""

from __future__ import annotations

import logging
import math
from pathlib import Path

import cv2
import numpy as np
import painted_world as world
import pytest
from staged_clothes import (
    BLACK,
    GREEN,
    GREY,
    NAVY,
    RED,
    WHITE,
    Dressed,
    Stage,
    StagedPose,
    searched,
)
from staged_people import NOON_S, stands, view, walks

from patrol.errors import ModelError
from patrol.person_search import LastSeen, PersonSearch, Rgb
from perception.appearance import Reading
from perception.detectors.base import Image, Skeleton
from perception.evidence import EvidenceRecorder
from perception.ground_projection import GroundProjector
from perception.rules import missing_person_looks as looks
from perception.rules.missing_person import MissingPersonRule
from perception.rules.missing_person_config import MissingPersonConfig
from perception.types import PerceptionOutput

HERE = stands(56.0, -1.0)


class Likeness:
    """Embeds a crop by its mean colour; counts how often it is asked."""

    def __init__(self, error: ModelError | None = None) -> None:
        self.asked, self.error = 0, error

    def embed(self, crop_bgr: Image) -> np.ndarray:
        self.asked += 1
        if self.error is not None:
            raise self.error
        mean = crop_bgr.reshape(-1, 3).mean(axis=0) - 127.0
        return mean / max(np.linalg.norm(mean), 1e-9)


def staged(
    *people: Dressed,
    searches: tuple[PersonSearch, ...] = (searched(),),
    light: float = 1.0,
    tint: Rgb = (1.0, 1.0, 1.0),
) -> Stage:
    rule = MissingPersonRule(MissingPersonConfig(), StagedPose(), Likeness())
    rule.search(searches)
    return Stage(rule, people, light, tint)


def picture_of(top: Rgb, trousers: Rgb) -> bytes:
    """A picture of the whole figure, as an operator has it."""
    image = np.full((200, 80, 3), 0.55)
    image[10:104, 22:58], image[104:195, 22:58] = top, trousers
    ok, data = cv2.imencode(".png", np.round(image[..., ::-1] * 255).astype(np.uint8))
    assert ok
    return bytes(data)


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

    def skeleton(self, crop_bgr: Image) -> Skeleton | None:
        found = super().skeleton(crop_bgr)
        assert found is not None
        trunk = found.keypoints[11, 1] - found.keypoints[5, 1]
        found.keypoints[13:15, 1] = found.keypoints[11, 1] + 0.25 * trunk
        return found


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


# --- the life of a search ---


def test_nobody_is_looked_at_while_no_search_is_open() -> None:
    pose, likeness = StagedPose(), Likeness()
    rule = MissingPersonRule(MissingPersonConfig(), pose, likeness)
    stage = Stage(rule, [Dressed(HERE)])
    stage.play(3.0)
    assert (pose.asked, likeness.asked) == (0, 0)
    rule.search((searched(),))
    stage.play(3.0)
    looked = pose.asked
    assert looked > 3
    rule.search(())
    stage.play(3.0)
    assert pose.asked == looked
    assert rule._wardrobe.known == {}
    assert rule._cases == {}


def test_the_end_of_a_search_closes_its_incidents_and_forgets_their_looks() -> None:
    stage = staged(Dressed(HERE))
    stage.play(4.0)
    stage.rule.search(())
    assert stage.rule._wardrobe.known == {}
    stage.play(1.0)
    ((_, closed),) = stage.of_phase("closed")
    assert closed.details == {"case_id": "case-1"}
    assert [t for t, _ in stage.findings if t > 4.3] == []


def test_a_search_expires_by_the_time_of_the_picture() -> None:
    pose = StagedPose()
    stage = staged(Dressed(HERE), searches=(searched(expires_at_s=NOON_S + 5.0),))
    stage.rule._wardrobe.pose = pose
    stage.play(4.8)
    looked = pose.asked
    assert looked > 0
    stage.play(3.0)
    assert pose.asked == looked
    ((t, _),) = stage.of_phase("closed")
    assert t == pytest.approx(5.0, abs=0.21)
    assert stage.rule._cases == {}


def test_an_expired_search_that_is_told_again_is_not_looked_for() -> None:
    stage = staged(Dressed(HERE), searches=(searched(expires_at_s=NOON_S - 1.0),))
    stage.play(4.0)
    assert stage.incidents == []


def test_the_same_searches_told_again_open_nothing_anew() -> None:
    stage = staged(Dressed(HERE))
    stage.play(8.0, each=lambda _: stage.rule.search((searched(),)))
    assert len(stage.of_phase("opened")) == 1


def test_a_changed_description_begins_anew() -> None:
    stage = staged(Dressed(HERE))
    stage.play(4.0)
    stage.rule.search((searched(top_rgb=GREEN),))
    stage.play(6.0)
    assert len(stage.of_phase("opened")) == 1
    assert len(stage.of_phase("closed")) == 1


def test_two_cases_have_incidents_of_their_own() -> None:
    stage = staged(Dressed(HERE), searches=(searched("a"), searched("b")))
    stage.play(5.0)
    assert {one.details["case_id"] for _, one in stage.of_phase("opened")} == {"a", "b"}
    stage.rule.search((searched("b"),))
    stage.play(5.0)
    assert [one.details["case_id"] for _, one in stage.of_phase("closed")] == ["a"]
    assert stage.findings[-1][1].details["case_id"] == "b"


def test_start_and_end_are_logged_without_a_description(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    rule = MissingPersonRule(MissingPersonConfig(), None)
    rule.search((searched(),))
    rule.search((searched(),))
    rule.search(())
    lines = [record.getMessage() for record in caplog.records]
    assert lines == ["person_search_started case=case-1", "person_search_ended case=case-1"]


def test_looks_end_with_the_track() -> None:
    stage = staged(Dressed(lambda t: (56.0, -1.0) if t < 3.0 else None))
    stage.play(2.0)
    assert len(stage.rule._wardrobe.known) == 1
    stage.play(6.0)
    assert stage.rule._wardrobe.known == {}


# --- pictures ---


def test_clothes_are_read_off_a_picture() -> None:
    search = PersonSearch("p", NOON_S, NOON_S + 900, pictures=(picture_of(RED, GREY),))
    stage = staged(Dressed(HERE), searches=(search,))
    stage.play(5.0)
    ((_, incident),) = stage.of_phase("opened")
    assert "top" in str(incident.details["matches"])
    other = staged(Dressed(HERE, GREEN, NAVY), searches=(search,))
    other.play(5.0)
    assert other.incidents == []


def test_a_picture_alone_never_suffices_across_clothes() -> None:
    alike = searched(pictures=(picture_of(GREEN, NAVY),))
    stage = staged(Dressed(HERE, GREEN, NAVY), searches=(alike,))
    stage.play(5.0)
    assert stage.incidents == []


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff" + bytes(60),
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff" + bytes(40),
    ],
)
def test_a_picture_that_cannot_be_read_does_not_stop_the_search(
    data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    stage = staged(Dressed(HERE), searches=(searched(pictures=(data,)),))
    assert "person_search_picture_unread case=case-1 picture=1" in caplog.text
    stage.play(5.0)
    assert len(stage.of_phase("opened")) == 1


def test_nobody_is_a_candidate_by_height_alone(caplog: pytest.LogCaptureFixture) -> None:
    unread = PersonSearch(
        "p", NOON_S, NOON_S + 900, height_m=(1.1, 1.3), pictures=(b"\xff\xd8\xff",)
    )
    stage = staged(Dressed(HERE, height_m=1.2), searches=(unread,))
    assert "person_search_without_colours case=p" in caplog.text
    stage.play(5.0)
    assert stage.incidents == []


def test_without_weights_the_search_goes_by_colours(caplog: pytest.LogCaptureFixture) -> None:
    missing = Likeness(ModelError("weights are missing"))
    rule = MissingPersonRule(MissingPersonConfig(), StagedPose(), missing)
    rule.search((searched(pictures=(picture_of(RED, GREY),)),))
    assert "person_search_without_embedding case=case-1 weights are missing" in caplog.text
    stage = Stage(rule, [Dressed(HERE)])
    stage.play(5.0)
    assert len(stage.of_phase("opened")) == 1
    assert missing.asked == 1


# --- whose clothes ---


def test_clothes_that_somebody_else_covers_are_not_read() -> None:
    behind = Dressed(stands(58.5, -1.3))
    stage = staged(Dressed(HERE, GREEN, NAVY), behind)
    stage.play(6.0)
    assert len(stage.rule._wardrobe.known) == 1
    assert stage.incidents == []


class NeighboursPose(StagedPose):
    """Finds the skeleton of somebody at the edge of the crop."""

    def skeleton(self, crop_bgr: Image) -> Skeleton | None:
        found = super().skeleton(crop_bgr)
        assert found is not None
        found.keypoints[:, 0] += 0.4 * crop_bgr.shape[1]
        return found


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
