"""Where the vehicles of a running plan are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from navigation.planning.patrol_graph import Floats
from navigation.planning.persistent.plan import Beat, PersistentPlan
from navigation.planning.persistent.rota import stints
from navigation.planning.persistent.team import TeamVehicle

ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The place a vehicle is at or reaches next, and in how many seconds."""

    place: int
    ready_s: float


def whereabouts(plan: PersistentPlan, time_s: float) -> dict[str, Whereabouts]:
    """Where each vehicle of the team is when the plan has run for a time, by id.

    Vehicles that charge or wait for the relay are at their docks, spare ones where they started.
    """
    found: dict[str, Whereabouts] = {}
    for number, vehicle in enumerate(plan.team):
        waiting = vehicle.dock if vehicle.dock is not None else vehicle.place
        found[vehicle.id] = Whereabouts(waiting or 0, 0.0)
        join = next((join for join in plan.joins if join.vehicle == number), None)
        if join is not None and time_s < join.begin_s:
            found[vehicle.id] = _on_the_way(plan, number, time_s)
    for beat in plan.beats:
        arrivals_s = beat.arrivals_s(plan.graph)
        now = [s for s in stints(plan.graph, beat, time_s) if s.until_s >= time_s]
        for number, slot in ((stint.vehicle, stint.slot) for stint in now):
            begun_s = max((j.begin_s for j in plan.joins if j.vehicle == number), default=0.0)
            if time_s >= begun_s:
                found[plan.team[number].id] = _in_slot(beat, arrivals_s, slot, time_s)
    return found


def _in_slot(beat: Beat, arrivals_s: Floats, slot: int, time_s: float) -> Whereabouts:
    if beat.lap_s == 0:
        return Whereabouts(beat.cycle.places[0], 0.0)
    ahead_s = (arrivals_s - beat.phase_s - slot * beat.spacing_s - time_s) % beat.lap_s
    ahead_s[ahead_s > beat.lap_s - ROUNDING_S] = 0.0
    stop = int(ahead_s.argmin())
    return Whereabouts(beat.cycle.places[stop], float(ahead_s[stop]))


def _on_the_way(plan: PersistentPlan, number: int, time_s: float) -> Whereabouts:
    join = next(join for join in plan.joins if join.vehicle == number)
    arrive_s = join.leave_s
    for start, end in zip(join.way, join.way[1:], strict=False):
        if arrive_s >= time_s:
            return Whereabouts(start, arrive_s - time_s)
        arrive_s += float(plan.graph.travel_s[start, end])
    return Whereabouts(join.way[-1], max(arrive_s - time_s, 0.0))


def team_at(plan: PersistentPlan, time_s: float) -> tuple[TeamVehicle, ...]:
    """The team as it stands when the plan has run for a time, ready to be planned anew."""
    places = whereabouts(plan, time_s)
    return tuple(
        replace(v, place=places[v.id].place, ready_s=places[v.id].ready_s) for v in plan.team
    )
