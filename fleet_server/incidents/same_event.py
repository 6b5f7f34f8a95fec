"""Which reports of vehicles are one real event: pure rules, no database.

Same kind, same map, near in place by Mahalanobis distance and near in time; candidates of a person
search are of one case, too. A vehicle that has
two incidents open at once has told them apart itself, so they stay two; what an operator has
resolved takes in nothing more. docs/operations.md#one-event.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from patrol import covariance
from patrol.covariance import Covariance, told_or_round
from patrol.incident import IncidentPhase

FARTHEST_M = 10.0  # whatever the covariances say: what is further apart is two
GATE_SIGMAS = 3.0  # of a Rayleigh distance, 98.9 % of pairs of reports of one place
# A vehicle's covariance is its camera's and pose's; two vehicles disagree by what both share, too:
# the map, and the body whose nearest point each sees.
SHARED_SIGMA_M = 0.5
GAP_S = 600.0  # between the last of one report and the first of another
TRACKED_S = 30.0  # two reports both as new as this say where they are now
CLOSED = IncidentPhase.CLOSED.value
_MADE = ("case_id", "position_covariance_m2")  # of a row's, and not as they stand there


@dataclass(frozen=True, slots=True)
class Report:
    """One vehicle's incident as it says it now; map metres, UTC seconds.

    Of an older vehicle, which tells one sigma alone, the covariance is taken as round: that gates
    wider than the true one.
    """

    incident_id: str
    vehicle_id: str
    kind: str
    phase: str
    map_id: str
    x_m: float
    y_m: float
    position_sigma_m: float
    started_at_s: float
    updated_at_s: float
    case_id: str | None = None  # of a person search that it is a candidate for
    position_covariance_m2: Covariance | None = None  # None: told by an older vehicle

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Report:
        """An incident's row."""
        said = (row["details"] or {}).get("case_id")
        case_id = said if isinstance(said, str) else None
        told = row["position_covariance_m2"]
        names = [name for name in cls.__dataclass_fields__ if name not in _MADE]
        return cls(
            **{name: row[name] for name in names},
            case_id=case_id,
            position_covariance_m2=None if told is None else tuple(told),
        )

    @property
    def covariance_m2(self) -> Covariance:
        """How well the place is known."""
        return told_or_round(self.position_covariance_m2, self.position_sigma_m)

    @property
    def is_over(self) -> bool:
        """Whether its vehicle has seen that it is over."""
        return self.phase == CLOSED


def choose(new: Report, events: Iterable[Sequence[Report]]) -> int | None:
    """The index of the unresolved event that a new report belongs to; None: it is a new one."""
    fitting = [
        (sigmas_apart(new, newest(event)), index)
        for index, event in enumerate(events)
        if not _was_told_apart(new, event) and is_same_event(new, newest(event))
    ]
    return min(fitting)[1] if fitting else None


def newest(event: Sequence[Report]) -> Report:
    """The report that says where an event is now."""
    return max(event, key=lambda report: (not report.is_over, report.updated_at_s))


def is_same_event(a: Report, b: Report) -> bool:
    """Whether two reports may be of one event, by kind, place and time."""
    gap_s = max(a.started_at_s - b.updated_at_s, b.started_at_s - a.updated_at_s)
    return (
        (a.kind, a.map_id, a.case_id) == (b.kind, b.map_id, b.case_id)
        and gap_s <= GAP_S
        and _distance_m(a, b) <= FARTHEST_M
        and sigmas_apart(a, b) <= GATE_SIGMAS
    )


def sigmas_apart(a: Report, b: Report) -> float:
    """Mahalanobis distance with both covariances."""
    apart_m = b.x_m - a.x_m, b.y_m - a.y_m
    return covariance.sigmas_apart(apart_m, a.covariance_m2, b.covariance_m2, SHARED_SIGMA_M)


def have_parted(a: Report, b: Report) -> bool:
    """Whether two reports of one event turn out to be of two: both are tracked now, far apart."""
    return (
        not (a.is_over or b.is_over)
        and abs(a.updated_at_s - b.updated_at_s) <= TRACKED_S
        and not _distance_m(a, b) <= FARTHEST_M
    )


def _was_told_apart(new: Report, event: Sequence[Report]) -> bool:
    """Its vehicle has another one in the event that was not over when this one began."""
    return any(
        one.vehicle_id == new.vehicle_id
        and not (one.is_over and one.updated_at_s <= new.started_at_s)
        for one in event
    )


def _distance_m(a: Report, b: Report) -> float:
    return math.hypot(a.x_m - b.x_m, a.y_m - b.y_m)
