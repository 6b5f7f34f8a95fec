"""How urgent an incident is: by kind, zone and hour, and never less than its kind."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.geodesy import GeoPoint
from patrol.incident import ANOMALIES, AnomalyKind, Severity
from patrol.map import PatrolMap, Zone, ZoneKind
from patrol.windows import Windows
from perception.incidents import IncidentBook, IncidentConfig
from perception.map_view import PatrolMapView
from perception.rules.base import Finding
from perception.severity import SEVERITY_ROWS, severity_of

DAY_S = 1_800_928_800.0  # 2027-01-26, a Tuesday, 11:00 in Korea
NIGHT_S = DAY_S + 12 * 3600
IN_SCHOOL, ELSEWHERE = (5.0, 5.0), (50.0, 50.0)
ORDER = list(Severity)
BOX = np.array([0.0, 0.0, 5.0, 9.0])


def view() -> PatrolMapView:
    """A map with a school zone of 10 m x 10 m."""
    zone = Zone("school", ZoneKind.SCHOOL, ((0, 0), (10, 0), (10, 10), (0, 10)))
    return PatrolMapView(PatrolMap("m", "M", GeoPoint(37.48, 126.93), {}, {}, zones=(zone,)))


@pytest.mark.parametrize(
    ("kind", "place", "stamp_s", "severity"),
    [
        (AnomalyKind.LOITERING, ELSEWHERE, DAY_S, Severity.LOW),
        (AnomalyKind.LOITERING, ELSEWHERE, NIGHT_S, Severity.MEDIUM),
        (AnomalyKind.LOITERING, IN_SCHOOL, DAY_S, Severity.MEDIUM),
        (AnomalyKind.PERSON_ON_ROAD, ELSEWHERE, DAY_S, Severity.HIGH),
        (AnomalyKind.PERSON_ON_ROAD, ELSEWHERE, NIGHT_S, Severity.CRITICAL),
        (AnomalyKind.FORBIDDEN_PARKING, IN_SCHOOL, DAY_S, Severity.MEDIUM),
        (AnomalyKind.FORBIDDEN_PARKING, IN_SCHOOL, NIGHT_S, Severity.LOW),
        (AnomalyKind.FORBIDDEN_PARKING, IN_SCHOOL, DAY_S + 4 * 86400, Severity.LOW),  # Saturday
        (AnomalyKind.COLLAPSED_PERSON, ELSEWHERE, DAY_S, Severity.CRITICAL),
    ],
)
def test_zone_and_hour_raise_a_kind(
    kind: AnomalyKind, place: tuple[float, float], stamp_s: float, severity: Severity
) -> None:
    assert severity_of(kind, view(), *place, 0.3, stamp_s) is severity


def test_a_place_that_may_be_inside_counts_as_inside() -> None:
    for x_m, severity in ((10.9, Severity.MEDIUM), (11.1, Severity.LOW)):
        found = severity_of(AnomalyKind.LOITERING, view(), x_m, 5.0, 1.0, DAY_S)
        assert found is severity


@given(
    kind=st.sampled_from(list(AnomalyKind)),
    x_m=st.floats(-20, 20),
    y_m=st.floats(-20, 20),
    stamp_s=st.floats(DAY_S, DAY_S + 7 * 86400),
)
def test_nothing_ever_lowers_a_kind(
    kind: AnomalyKind, x_m: float, y_m: float, stamp_s: float
) -> None:
    found = severity_of(kind, view(), x_m, y_m, 0.5, stamp_s)
    assert ORDER.index(found) <= ORDER.index(ANOMALIES[kind].severity)


def test_every_row_raises_its_kind_and_has_windows_that_parse() -> None:
    for row in SEVERITY_ROWS:
        assert ORDER.index(row.severity) < ORDER.index(ANOMALIES[row.kind].severity)
        Windows.parse(row.windows)


def test_an_incident_gets_more_urgent_with_its_place_and_never_less() -> None:
    book = IncidentBook(IncidentConfig(merge_radius_m=100.0), "m", view=view())

    def seen(place: tuple[float, float], at_s: float) -> Severity:
        finding = Finding(AnomalyKind.LOITERING, 1, *place, 0.3, at_s, 0.9, BOX, "1")
        (change,) = book.step([finding], at_s)
        return change[0].severity

    assert seen(ELSEWHERE, DAY_S) is Severity.LOW
    assert seen(IN_SCHOOL, DAY_S + 20) is Severity.MEDIUM
    assert seen(ELSEWHERE, DAY_S + 40) is Severity.MEDIUM
