"""Stays: how long something lasts, across tracks that are lost; and whose incident it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.incident import AnomalyKind
from perception.incidents import IncidentBook, IncidentConfig
from perception.rules.base import Finding
from perception.rules.stays import Presence, StayConfig, Stays

BOX = np.array([0.0, 0.0, 10.0, 20.0])


def here(
    track_id: int = 1, x_m: float = 0.0, met: bool | None = True, place_id: str = ""
) -> Presence:
    return Presence(track_id, x_m, 0.0, 0.2, met, 0.8, BOX, place_id)


@given(st.lists(st.tuples(st.floats(0.05, 6.0), st.sampled_from([True, False, None]))))
def test_time_is_never_more_than_has_passed_and_never_less_than_none(steps: list) -> None:
    stays, now_s = Stays(StayConfig()), 0.0
    stays.step([here()], now_s)
    for gap_s, met in steps:
        now_s += gap_s
        for stay in stays.step([here(met=met)], now_s):
            assert 0.0 <= stay.held_s <= now_s - stay.began_s + 1e-6


@given(
    st.lists(
        st.lists(
            st.tuples(
                st.integers(1, 4), st.floats(0.0, 6.0), st.sampled_from([True, False, None])
            ),
            unique_by=lambda one: one[0],
        ),
        max_size=12,
    )
)
def test_who_is_not_known_and_does_not_meet_it_changes_nothing(pictures: list) -> None:
    """What lets rules leave them out."""
    whole, short = Stays(StayConfig()), Stays(StayConfig())
    for number, picture in enumerate(pictures):
        present = [here(*one) for one in picture]
        kept = [one for one in present if one.met or one.track_id in short.tracks]
        seen = [(stay.key, stay.held_s) for stay in whole.step(present, 0.7 * number)]
        assert [(stay.key, stay.held_s) for stay in short.step(kept, 0.7 * number)] == seen
    assert [stay.key for stay in short.known] == [stay.key for stay in whole.known]


def test_doubt_stops_the_time_and_what_is_surely_over_takes_it_back() -> None:
    stays = Stays(StayConfig())
    for number in range(11):
        (stay,) = stays.step([here()], number * 0.2)
    assert stay.held_s == pytest.approx(2.0)
    stays.step([here(met=None)], 2.2)
    assert stay.held_s == pytest.approx(2.0)
    stays.step([here(met=False)], 2.4)
    assert stay.held_s == pytest.approx(1.6)


def test_a_new_track_goes_on_where_one_was_lost() -> None:
    stays = Stays(StayConfig(grace_s=3.0))
    stays.step([here(1)], 0.0)
    stays.step([here(1)], 1.0)
    (stay,) = stays.step([here(2, x_m=1.5)], 3.0)
    assert (stay.held_s, stay.began_s) == (3.0, 0.0)
    assert len(stays.known) == 1


@pytest.mark.parametrize(("x_m", "at_s"), [(9.0, 2.0), (0.0, 9.0)])
def test_far_away_or_much_later_it_is_somebody_else(x_m: float, at_s: float) -> None:
    stays = Stays(StayConfig(grace_s=3.0))
    stays.step([here(1)], 0.0)
    stays.step([here(1)], 1.0)
    (stay,) = stays.step([here(2, x_m=x_m)], at_s)
    assert stay.held_s == 0.0


def test_two_who_are_seen_at_once_are_two() -> None:
    stays = Stays(StayConfig())
    stays.step([here(1)], 0.0)
    assert len({s.key for s in stays.step([here(1), here(2, x_m=0.4)], 0.2)}) == 2


def test_one_track_in_two_zones_makes_two_stays() -> None:
    stays = Stays(StayConfig())
    assert len(stays.step([here(place_id="a"), here(place_id="b")], 0.0)) == 2


def test_nothing_begins_in_doubt() -> None:
    stays = Stays(StayConfig())
    assert not stays.step([here(met=None), here(2, met=False)], 0.0)


def test_what_was_raised_is_known_again_a_while_later_and_cleared_once() -> None:
    stays = Stays(StayConfig(grace_s=2.0, remember_s=30.0, clear_s=3.0))
    stays.step([here(1)], 0.0)
    (stay,) = stays.step([here(1)], 1.0)
    stay.raise_when(True)
    assert not stays.cleared([stay])
    (again,) = stays.step([here(7, x_m=0.5)], 20.0)
    assert again.key == stay.key
    for number in range(20):
        seen = stays.step([here(7, x_m=0.5, met=False)], 20.2 + 0.2 * number)
        if stays.cleared(seen):
            break
    assert number * 0.2 == pytest.approx(2.8)
    assert not stays.known


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"grace_s": 0.0}, r"grace_s: 0.0 must be in \(0, 30\]"),
        ({"join_mps": -1.0}, r"join_mps: -1.0 must be in \[0, 10\]"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        StayConfig(**limits)


def finding(key: int, x_m: float, cleared: bool = False) -> Finding:
    return Finding(
        AnomalyKind.RUNNING, key, x_m, 0.0, 0.3, 0.0, 0.8, BOX, "running/1", {}, cleared
    )


def test_what_a_rule_follows_stays_one_incident_wherever_it_goes() -> None:
    book = IncidentBook(IncidentConfig(merge_radius_m=3.0), "m")
    ids = {
        incident.incident_id
        for number in range(8)
        for incident, _ in book.step([finding(4, 10.0 * number)], float(number))
    }
    assert len(ids) == 1


def test_after_it_is_closed_the_same_key_is_a_new_incident() -> None:
    book = IncidentBook(IncidentConfig(), "m")
    ((first, _),) = book.step([finding(4, 0.0)], 0.0)
    book.step([finding(4, 0.0, cleared=True)], 1.0)
    ((second, _),) = book.step([finding(4, 0.0)], 2.0)
    assert first.incident_id != second.incident_id
