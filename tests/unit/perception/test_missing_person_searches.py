"""The life of a person search on the vehicle: begun, changed, ended, and nobody without one."""

from __future__ import annotations

import logging

import pytest
from staged_clothes import (
    BLACK,
    GREEN,
    GREY,
    HERE,
    NAVY,
    RED,
    Dressed,
    Likeness,
    Stage,
    StagedPose,
    picture_of,
    searched,
    staged,
)
from staged_people import NOON_S, stands, view

from patrol.person_search import AgeGroup, Build, LastSeen
from perception.rules.missing_person import MissingPersonRule
from perception.rules.missing_person_config import MissingPersonConfig


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


def test_two_cases_have_incidents_of_their_own() -> None:
    stage = staged(Dressed(HERE), searches=(searched("a"), searched("b")))
    stage.play(5.0)
    assert {one.details["case_id"] for _, one in stage.of_phase("opened")} == {"a", "b"}
    stage.rule.search((searched("b"),))
    stage.play(5.0)
    assert [one.details["case_id"] for _, one in stage.of_phase("closed")] == ["a"]
    assert stage.findings[-1][1].details["case_id"] == "b"


def test_start_change_and_end_are_logged_without_a_description(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    rule = MissingPersonRule(MissingPersonConfig(), None)
    rule.search((searched(),))
    rule.search((searched(),))
    rule.search((searched(top_rgb=GREEN),))
    rule.search(())
    lines = [record.getMessage() for record in caplog.records]
    happened = ("started", "changed", "ended")
    assert lines == [f"person_search_{what} case=case-1" for what in happened]


def test_looks_end_with_the_track() -> None:
    stage = staged(Dressed(lambda t: (56.0, -1.0) if t < 3.0 else None))
    stage.play(2.0)
    assert len(stage.rule._wardrobe.known) == 1
    stage.play(6.0)
    assert stage.rule._wardrobe.known == {}


# --- a search that is changed ---


FAR = LastSeen("proving-ground", 9000.0, 0.0, NOON_S - 60.0)


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at_s": NOON_S + 90_000.0},
        {"expires_at_s": NOON_S + 30.0},
        {"last_seen": LastSeen("proving-ground", 40.0, 20.0, NOON_S - 900.0)},
        {"last_seen": FAR},
        {"last_seen": LastSeen("elsewhere", 0.0, 0.0, NOON_S - 60.0)},
        {"top_rgb": (0.72, 0.2, 0.16)},
        {"top_rgb": None},
        {"trousers_rgb": None, "height_m": (1.55, 1.75)},
        {"height_m": None, "age_group": AgeGroup.ADULT},
        {"height_m": (1.73, 1.81)},
        {"build": Build.SLIM},
        {"pictures": (picture_of(RED, GREY),)},
    ],
)
def test_candidates_of_a_search_that_is_changed_stay_the_same_incidents(
    change: dict[str, object],
) -> None:
    stage = staged(Dressed(HERE))
    stage.map_view = view()
    stage.play(4.0)
    stage.rule.search((searched(**change),))
    stage.play(12.0)
    ((_, opened),) = stage.of_phase("opened")
    assert stage.of_phase("closed") == []
    assert {one.incident_id for _, one in stage.incidents} == {opened.incident_id}
    assert stage.incidents[-1][0] > 10.0, "it goes on to be told"


@pytest.mark.parametrize(
    "change", [{"expires_at_s": NOON_S + 90_000.0}, {"last_seen": FAR}, {"height_m": (1.0, 2.0)}]
)
def test_a_change_of_end_place_or_height_reads_no_picture_again(
    change: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = staged(Dressed(HERE))
    stage.play(4.0)
    monkeypatch.setattr(
        "perception.rules.missing_person.description_of",
        lambda *_: pytest.fail("the description was read again"),
    )
    if "height_m" not in change:
        monkeypatch.setattr(
            "perception.rules.missing_person.score_of",
            lambda *_: pytest.fail("who was told before was judged again"),
        )
    before = dict(stage.rule._wardrobe.known)
    stage.rule.search((searched(**change),))
    assert stage.rule._wardrobe.known == before


@pytest.mark.parametrize(
    "change", [{"top_rgb": GREEN}, {"height_m": (1.05, 1.2)}, {"age_group": AgeGroup.CHILD}]
)
def test_a_candidate_whom_the_new_description_rules_out_is_closed(
    change: dict[str, object],
) -> None:
    change = {"height_m": None} | change if "age_group" in change else change
    stage = staged(Dressed(HERE))
    stage.play(4.0)
    stage.rule.search((searched(**change),))
    stage.play(8.0)
    assert len(stage.of_phase("opened")) == 1
    ((t, closed),) = stage.of_phase("closed")
    assert t == pytest.approx(4.0, abs=0.21)
    assert closed.details == {"case_id": "case-1"}


def test_one_that_is_ruled_out_is_closed_when_it_is_long_out_of_view() -> None:
    gone = Dressed(lambda t: (56.0, -1.0) if t < 4.0 else None)
    stage = staged(gone)
    stage.play(90.0)
    assert stage.of_phase("closed") == []
    stage.rule.search((searched(top_rgb=NAVY),))
    stage.play(0.4)
    assert len(stage.of_phase("closed")) == 1


def test_one_that_is_out_of_view_comes_back_as_the_same_incident() -> None:
    back = Dressed(lambda t: (56.0, -1.0) if t < 4.0 or t > 24.0 else None)
    stage = staged(back)
    stage.play(10.0)
    stage.rule.search((searched(trousers_rgb=(0.42, 0.42, 0.45)),))
    stage.play(24.0)
    assert len(stage.of_phase("opened")) == 1
    assert stage.of_phase("closed") == []
    assert stage.incidents[-1][0] > 24.0


def test_the_new_description_finds_whom_the_old_one_did_not() -> None:
    other = Dressed(stands(56.0, 2.5), NAVY, BLACK)
    stage = staged(Dressed(stands(56.0, -2.5)), other)
    stage.play(5.0)
    assert [round(one.y_m, 1) for _, one in stage.of_phase("opened")] == [-2.5]
    stage.rule.search((searched(top_rgb=NAVY, trousers_rgb=BLACK),))
    stage.play(5.0)
    assert [round(one.y_m, 1) for _, one in stage.of_phase("opened")] == [-2.5, 2.5]
    assert [round(one.y_m, 1) for _, one in stage.of_phase("closed")] == [-2.5]


def test_a_new_place_decides_on_new_candidates_alone() -> None:
    late = Dressed(lambda t: (56.0, 2.5) if t > 5.0 else None, GREY, GREY)
    grey = searched(top_rgb=GREY, trousers_rgb=GREY)
    stage = staged(Dressed(stands(56.0, -2.5), GREY, GREY), late, searches=(grey,))
    stage.map_view = view()
    stage.play(4.0)
    stage.rule.search((searched(top_rgb=GREY, trousers_rgb=GREY, last_seen=FAR),))
    stage.play(10.0)
    ((_, told),) = stage.of_phase("opened")
    assert told.y_m == pytest.approx(-2.5, abs=0.5)
    assert stage.of_phase("closed") == []
    assert stage.incidents[-1][1].details["from_last_seen_m"] == pytest.approx(8944, abs=2)


def test_a_place_closes_nobody_however_little_a_far_one_counts() -> None:
    rule = MissingPersonRule(MissingPersonConfig(beyond_reach=1e-4), StagedPose())
    rule.search((searched(),))
    stage = Stage(rule, [Dressed(HERE)], map_view=view())
    stage.play(4.0)
    rule.search((searched(last_seen=FAR),))
    stage.play(0.2)
    assert "from_last_seen_m" in stage.findings[-1][1].details, "from the next picture on"
    stage.play(12.0)
    assert stage.of_phase("closed") == []
    assert stage.findings[-1][1].confidence < 0.1


def test_what_speaks_against_a_candidate_is_told() -> None:
    stage = staged(Dressed(HERE))
    stage.play(4.0)
    stage.rule.search((searched(height_m=(1.73, 1.81)),))
    stage.play(0.2)
    assert stage.findings[-1][1].details["speaks_against"] == "height"


def test_an_end_that_is_put_off_is_kept_and_one_that_is_brought_forward_too() -> None:
    stage = staged(Dressed(HERE), searches=(searched(expires_at_s=NOON_S + 6.0),))
    stage.play(4.0)
    stage.rule.search((searched(expires_at_s=NOON_S + 12.0),))
    stage.play(6.0)
    assert stage.of_phase("closed") == []
    stage.rule.search((searched(expires_at_s=NOON_S + 11.0),))
    stage.play(3.0)
    ((t, _),) = stage.of_phase("closed")
    assert t == pytest.approx(11.0, abs=0.21)


def test_what_is_kept_of_a_candidate_holds_no_picture_and_ends_with_the_search() -> None:
    stage = staged(Dressed(HERE), searches=(searched(pictures=(picture_of(RED, GREY),)),))
    stage.play(5.0)
    (told,) = stage.rule._cases["case-1"].raised.values()
    assert told.looked.embeddings == ()
    assert told.looked.top is not None
    stage.rule.search(())
    assert stage.rule._cases == {}


def test_the_others_go_on_while_one_is_changed() -> None:
    stage = staged(Dressed(HERE), searches=(searched("a"), searched("b")))
    stage.play(5.0)
    stage.rule.search((searched("a", top_rgb=GREEN), searched("b")))
    stage.play(5.0)
    assert [one.details["case_id"] for _, one in stage.of_phase("closed")] == ["a"]
    assert stage.findings[-1][1].details["case_id"] == "b"
