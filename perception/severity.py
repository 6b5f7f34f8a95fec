"""Severity from kind, zone and hour: one table that raises and never lowers.

A kind's own severity stands in `patrol.incident.ANOMALIES`; a row here raises it in a zone, at an
hour, or both (docs/perception.md#severity). Hours are the map's local time.
"""

from __future__ import annotations

from dataclasses import dataclass

from patrol.incident import ANOMALIES, AnomalyKind, Severity
from patrol.map import ZoneKind
from perception.map_view import MapView

NIGHT = "22:00-06:00"


@dataclass(frozen=True, slots=True)
class SeverityRow:
    """Where and when a kind is more urgent than elsewhere; `windows` in opening_hours words."""

    kind: AnomalyKind
    zone: ZoneKind | None  # None: anywhere
    windows: str  # empty: always
    severity: Severity


SEVERITY_ROWS: tuple[SeverityRow, ...] = (
    # nobody else passes by, and drivers do not see them
    SeverityRow(AnomalyKind.PERSON_IN_NEED, None, NIGHT, Severity.CRITICAL),
    SeverityRow(AnomalyKind.PERSON_ON_ROAD, None, NIGHT, Severity.CRITICAL),
    SeverityRow(AnomalyKind.VULNERABLE_ALONE, None, NIGHT, Severity.CRITICAL),
    SeverityRow(AnomalyKind.CROWD, None, NIGHT, Severity.HIGH),
    SeverityRow(AnomalyKind.RUNNING, None, NIGHT, Severity.HIGH),
    SeverityRow(AnomalyKind.LOITERING, None, NIGHT, Severity.MEDIUM),
    # where children are
    SeverityRow(AnomalyKind.SMOKE, ZoneKind.SCHOOL, "", Severity.CRITICAL),
    SeverityRow(AnomalyKind.ABANDONED_OBJECT, ZoneKind.SCHOOL, "", Severity.HIGH),
    SeverityRow(AnomalyKind.LOITERING, ZoneKind.SCHOOL, "", Severity.MEDIUM),
    SeverityRow(
        AnomalyKind.BLOCKED_PATH, ZoneKind.SCHOOL, "Mo-Fr 07:00-18:00; PH off", Severity.MEDIUM
    ),
    SeverityRow(
        AnomalyKind.FORBIDDEN_PARKING,
        ZoneKind.SCHOOL,
        "Mo-Fr 07:00-18:00; PH off",
        Severity.MEDIUM,
    ),
)


def severity_of(
    kind: AnomalyKind,
    view: MapView,
    x_m: float,
    y_m: float,
    position_sigma_m: float,
    stamp_s: float,
) -> Severity:
    """The most urgent of a kind's own severity and the rows that hold at a map place and time.

    A place counts as inside a zone from one standard deviation outside: doubt raises.
    """
    found = [ANOMALIES[kind].severity]
    for row in SEVERITY_ROWS:
        if row.kind is kind and _holds(row, view, (x_m, y_m), position_sigma_m, stamp_s):
            found.append(row.severity)
    return min(found, key=lambda severity: severity.rank)


def more_urgent(a: Severity, b: Severity) -> Severity:
    """The one that a person must look at first."""
    return min(a, b, key=lambda severity: severity.rank)


def _holds(
    row: SeverityRow,
    view: MapView,
    place_map: tuple[float, float],
    sigma_m: float,
    stamp_s: float,
) -> bool:
    if not view.window_holds(row.windows, stamp_s):
        return False
    if row.zone is None:
        return True
    zones = view.zones(row.zone, stamp_s)
    return any(zone.region.depth_m(*place_map) >= -sigma_m for zone in zones)
