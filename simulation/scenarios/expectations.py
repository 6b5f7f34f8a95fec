"""Every kind of expectation that a scenario file may have, and contradictions among them."""

from __future__ import annotations

from collections.abc import Iterable

from simulation.scenarios.expect_driving import (
    BatteryAtLeast,
    DoesNotFinish,
    DrivesOn,
    EndsIn,
    Finishes,
    NoContact,
    Reaches,
    Stands,
    Stops,
)
from simulation.scenarios.expect_faults import FaultOpens, Latches, NoFault, Responds
from simulation.scenarios.expect_room import (
    AllDelivered,
    IncidentRaised,
    Monitored,
    NoIncident,
    Reported,
)
from simulation.scenarios.expect_seeing import Alerts, DoesNotShow, Shows, Visible, Watched
from simulation.scenarios.expect_space import (
    CrossesOnWalk,
    CrossTrack,
    KeepsAway,
    Localized,
    SpeedAtMost,
    StaysInside,
)
from simulation.scenarios.verdicts import Expectation

AnyExpectation = (
    Finishes | DoesNotFinish | Reaches | NoContact | Stops | DrivesOn | Stands | BatteryAtLeast
    | EndsIn | SpeedAtMost | StaysInside | KeepsAway | CrossTrack | Localized | CrossesOnWalk
    | FaultOpens | NoFault | Responds | Latches | IncidentRaised | NoIncident | AllDelivered
    | Reported | Monitored | Shows | DoesNotShow | Visible | Alerts | Watched
)  # fmt: skip


def contradiction(expectations: Iterable[Expectation], duration_s: float) -> str | None:
    """The first pair that cannot both come true, or the first that no run can decide; None."""
    listed = list(expectations)
    for one in listed:
        for limit_s in one.times_s:
            if limit_s > duration_s:
                return f"{one.sentence!r} looks beyond the scenario's {duration_s:g} s"
    for i, one in enumerate(listed):
        for other in listed[i + 1 :]:
            if _excludes(one, other) or _excludes(other, one):
                return f"{one.sentence!r} contradicts {other.sentence!r}"
    return None


def _excludes(one: Expectation, other: Expectation) -> bool:
    if isinstance(one, DoesNotFinish) and isinstance(other, Finishes):
        return True
    if isinstance(one, NoIncident) and isinstance(other, IncidentRaised | Alerts):
        return one.incident is other.incident
    if isinstance(one, DoesNotShow) and isinstance(other, Shows):
        return one.definition == other.definition and (not one.who or one.who == other.who)
    if isinstance(one, NoFault) and isinstance(other, FaultOpens):
        return other.fault in one.faults
    if isinstance(one, EndsIn) and isinstance(other, EndsIn):
        return one.mode is not other.mode
    if isinstance(one, Stands) and isinstance(other, DrivesOn):
        return one.after == other.after and not one.until and not other.from_end
    return False
