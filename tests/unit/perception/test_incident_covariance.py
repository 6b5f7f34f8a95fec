"""How well an incident's place is known: what rules tell of it, and which findings are one event.

Places are seen eastwards: long in x, narrow in y.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from staged_people import NOON_S, Actor, Played, play, stands, view
from test_crowd import EIGHT
from test_fight import BLOWS, swinging

from patrol.covariance import Covariance, is_covariance, is_of_sigma, round_covariance, sigma_of
from patrol.incident import AnomalyKind, Incident, IncidentPhase
from patrol.map import Zone, ZoneKind
from perception.incidents import IncidentBook, IncidentConfig
from perception.rules.base import Finding
from perception.rules.crowd import CrowdConfig, CrowdRule
from perception.rules.fight import FightConfig, FightRule
from perception.rules.forbidden_parking import ForbiddenParkingConfig, ForbiddenParkingRule
from perception.rules.intrusion import IntrusionConfig, IntrusionRule
from perception.rules.loitering import LoiteringConfig, LoiteringRule
from perception.rules.person_in_need import PersonInNeedConfig, PersonInNeedRule
from perception.rules.person_on_road import PersonOnRoadConfig, PersonOnRoadRule
from perception.rules.stays import Presence, StayConfig, Stays, findings_of

BOX = np.array([0.0, 0.0, 10.0, 20.0])
LONG, FAR = (0.09, 0.01, 0.01), (4.0, 0.0, 0.04)
NIGHT_S = NOON_S + 11 * 3600.0
RING = ((58.0, -2.0), (66.0, -2.0), (66.0, 3.0), (58.0, 3.0))


def seen_at(x_m: float, y_m: float, *, size_m: tuple[float, float] = (0.5, 1.7)) -> Actor:
    """Somebody who stands, each look told as `LONG`."""
    return Actor(stands(x_m, y_m), size_m=size_m, sigma_m=0.05, covariance_m2=LONG)


def a_car() -> Actor:
    return Actor(stands(32.0, -2.3), "car", (1.8, 1.5), 0.05, covariance_m2=LONG)


PLAYS: dict[AnomalyKind, Callable[[], Played]] = {
    AnomalyKind.LOITERING: lambda: play(
        LoiteringRule(LoiteringConfig()),
        [seen_at(62.0, 0.0)],
        25.0,
        view(Zone("plaza", ZoneKind.NO_LOITERING, RING)),
    ),
    AnomalyKind.INTRUSION: lambda: play(
        IntrusionRule(IntrusionConfig()),
        [seen_at(62.0, 0.5)],
        5.0,
        view(Zone("yard", ZoneKind.RESTRICTED, RING)),
    ),
    AnomalyKind.PERSON_ON_ROAD: lambda: play(
        PersonOnRoadRule(PersonOnRoadConfig()), [seen_at(60.0, 6.0)], 8.0, view()
    ),
    AnomalyKind.PERSON_IN_NEED: lambda: play(
        PersonInNeedRule(PersonInNeedConfig()),
        [seen_at(58.0, 1.0, size_m=(0.52, 0.92))],
        16.0,
        view(),
        begin_s=NIGHT_S,
    ),
    AnomalyKind.FORBIDDEN_PARKING: lambda: play(
        ForbiddenParkingRule(ForbiddenParkingConfig()), [a_car()], 14.0, view(), start=(22.0, 0.0)
    ),
    AnomalyKind.CROWD: lambda: play(
        CrowdRule(CrowdConfig()), [seen_at(*place) for place in EIGHT], 12.0
    ),
}


@pytest.mark.parametrize("kind", PLAYS)
def test_whoever_is_followed_is_reported_with_the_covariance_of_their_place(
    kind: AnomalyKind,
) -> None:
    assert PLAYS[kind]().covariances == [pytest.approx(LONG)]


def test_the_middle_of_two_who_fight_is_known_better_than_either() -> None:
    rule = FightRule(FightConfig(), swinging(BLOWS, BLOWS))
    played = play(rule, [seen_at(58.0, 1.0), seen_at(58.0, 1.9)], 12.0)
    assert played.covariances == [pytest.approx([value / 2 for value in LONG])]


def test_a_presence_without_one_is_round() -> None:
    stays, here = Stays(StayConfig()), Presence(1, 0.0, 0.0, 0.2, True, 0.8, BOX)
    (stay,) = stays.step([here], 0.0)
    stay.raise_when(True)
    (finding,) = findings_of(stays, [stay], AnomalyKind.LOITERING, "test/1")
    assert finding.position_covariance_m2 is None
    assert finding.covariance_m2 == round_covariance(0.2)


# ------------------------------------------------------------------------------------- one event


def finding(
    key: int, x_m: float, y_m: float, told: Covariance | None, sigma_m: float = 0.3
) -> Finding:
    return Finding(
        AnomalyKind.COLLAPSED_PERSON, key, x_m, y_m, sigma_m, 0.0, 0.8, BOX, "test/1",
        position_covariance_m2=told,
    )  # fmt: skip


def opened(*pictures: list[Finding]) -> list[Incident]:
    """What a vehicle opens, a picture a minute."""
    book = IncidentBook(IncidentConfig(), "m")
    changes = [one for n, p in enumerate(pictures) for one, _ in book.step(p, 60.0 * n)]
    return [one for one in changes if one.phase is IncidentPhase.OPENED]


def test_the_same_place_seen_from_afar_twice_is_one_event_by_what_doubts_it() -> None:
    here = finding(1, 30.0, 0.0, FAR)
    assert len(opened([here], [finding(2, 35.0, 0.0, FAR)])) == 1
    assert len(opened([here], [finding(2, 30.0, 5.0, FAR)])) == 2, "across, it is known well"
    assert len(opened([here], [finding(2, 36.1, 0.0, FAR)])) == 2, "too far in any case"
    exact = [finding(number, 30.0 + 5.0 * number, 0.0, None) for number in (0, 1)]
    assert len(opened([exact[0]], [exact[1]])) == 2, "and where it is known well, along, too"


def test_what_a_rule_tells_apart_in_one_picture_stays_two() -> None:
    """Doubt of where each is says nothing of whether they are two: the picture shows both."""
    both = [finding(1, 30.0, 0.0, FAR), finding(2, 35.0, 0.0, FAR)]
    assert len(opened(both)) == 2
    assert len(opened(both[:1], both, both)) == 2
    assert len(opened(both, both[:1], both[1:])) == 2


def test_of_two_events_the_nearer_by_the_covariances_is_meant() -> None:
    """5 m along the view are less than 2.5 m across it."""
    book = IncidentBook(IncidentConfig(), "m")
    along, across = finding(1, 30.0, 0.0, FAR), finding(2, 35.0, 2.5, FAR)
    ids = [one.incident_id for one, _ in book.step([along, across], 0.0)]
    assert book.match(finding(3, 35.0, 0.0, FAR)) == ids[1], "both are in the picture"
    book.step([], 1.0)
    assert book.match(finding(3, 35.0, 0.0, FAR)) == ids[0]


def test_an_incident_carries_the_covariance_of_its_newest_report() -> None:
    book = IncidentBook(IncidentConfig(), "m")
    ((first, _),) = book.step([finding(1, 30.0, 0.0, FAR)], 0.0)
    ((second, _),) = book.step([finding(1, 31.0, 0.0, LONG)], 20.0)
    assert (first.position_covariance_m2, second.position_covariance_m2) == (FAR, LONG)
    assert first.position_sigma_m == pytest.approx(2.0)
    assert second.position_sigma_m == sigma_of(LONG)


@given(
    st.none() | st.tuples(st.floats(), st.floats(), st.floats()),
    st.floats(),
)
def test_whatever_a_rule_says_the_server_takes_the_report(
    told: Covariance | None, sigma_m: float
) -> None:
    """A covariance that can be none costs its shape, never the incident."""
    ((incident, _),) = IncidentBook(IncidentConfig(), "m").step(
        [finding(1, 0.0, 0.0, told, sigma_m)], 0.0
    )
    assert math.isfinite(incident.position_sigma_m)
    assert is_covariance(incident.covariance_m2)
    assert is_of_sigma(incident.covariance_m2, incident.position_sigma_m)
