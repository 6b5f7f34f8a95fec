"""Beats that run for ever although batteries empty.

Two ways, whichever makes the smaller worst idleness of a beat of k vehicles:

- Relay: m < k slots. At one stop of the walk a vehicle whose q laps are over hands its slot to a
  charged one that waits there. The slots go on as if nobody ever charged, so the worst idleness is
  lap / m, provided that q laps and the ways from and to the dock fit the endurance, and that the
  time until a vehicle's next turn, about (k - m) q lap / m, covers both ways and the charge.
- Stops: all k vehicles pass the dock in every lap, or several times where the endurance is
  shorter than a lap, and charge what they drove:
  lap' = (lap with detours) × (1 + charge / endurance).

Vehicles of one dock place can charge there at the same time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent.joining import members_of
from navigation.planning.persistent.plan import Beat, Relay, guarantees_s
from navigation.planning.persistent.rota import rota
from navigation.planning.persistent.search import Cycles, Effort, best_walks
from navigation.planning.persistent.sorties import charging_walk
from navigation.planning.persistent.team import TeamVehicle
from patrol.errors import PlanError

LAPS_TRIED = 12  # of the possible stints, the longest


def beats_with_charging(
    graph: PatrolGraph,
    team: Sequence[TeamVehicle],
    candidates: Sequence[Cycles],
    seed: int,
    effort: Effort,
) -> tuple[Beat, ...]:
    """The best beats for a team, vehicles assigned; raises PlanError where no charging works."""
    if not any(vehicle.must_charge for vehicle in team):
        walks = best_walks(graph, candidates, seed, effort)
        groups = members_of(graph, team, walks)
        return tuple(Beat(cycle, who) for cycle, who in zip(walks, groups, strict=True))
    found: list[tuple[Beat, ...]] = []
    problems: list[PlanError] = []
    for walks in candidates:
        groups = members_of(graph, team, walks)
        try:
            found.append(
                tuple(
                    charged_beat(graph, team, cycle, who)
                    for cycle, who in zip(walks, groups, strict=True)
                )
            )
        except PlanError as error:
            problems.append(error)
    if not found:
        raise problems[0]
    return min(found, key=lambda beats: float(guarantees_s(graph, beats).max()))


def charged_beat(
    graph: PatrolGraph, team: Sequence[TeamVehicle], cycle: PatrolCycle, who: tuple[int, ...]
) -> Beat:
    """The better of relay and stops for a walk and its vehicles; raises PlanError for neither."""
    vehicles = [team[number] for number in who]
    charging = [vehicle for vehicle in vehicles if vehicle.must_charge]
    if not charging:
        return Beat(cycle, who)
    relay = _relay_beat(graph, cycle, who, charging)
    try:
        stops: Beat | None = _stops_beat(graph, cycle, who, charging)
    except PlanError:
        if relay is None:
            raise
        stops = None
    options = [beat for beat in (relay, stops) if beat is not None]
    return min(options, key=lambda beat: max(beat.worst_s(graph).values()))


def _stops_beat(
    graph: PatrolGraph, cycle: PatrolCycle, who: tuple[int, ...], vehicles: list[TeamVehicle]
) -> Beat:
    docks = {vehicle.dock for vehicle in vehicles}
    if len(docks) > 1:
        names = ", ".join(sorted(graph.names[dock] for dock in docks if dock is not None))
        raise PlanError(
            f"vehicles {', '.join(v.id for v in vehicles)}: share a walk but charge at different"
            f" docks ({names}), and too few of them can be spared to take turns; give them one"
            " dock, more endurance, or more vehicles"
        )
    dock, detour_s = vehicles[0].dock, max(vehicle.detour_s for vehicle in vehicles)
    endurance_s = min(vehicle.endurance_s for vehicle in vehicles) - detour_s
    assert dock is not None
    slowest = max(vehicle.charge_s / vehicle.endurance_s for vehicle in vehicles)
    places, driven_s = charging_walk(graph, cycle.places, dock, endurance_s)
    walk = PatrolCycle.of_walk(graph, places, len(who))
    stays_s = (detour_s + slowest * (time_s + detour_s) if time_s else 0.0 for time_s in driven_s)
    return Beat(walk, who, tuple(stays_s))


def _relay_beat(
    graph: PatrolGraph, cycle: PatrolCycle, who: tuple[int, ...], vehicles: list[TeamVehicle]
) -> Beat | None:
    """With as many slots as a rota can keep filled; None if that is none."""
    if cycle.duration_s == 0:
        return None  # standing still all the time: nobody passes a stop
    stops = np.array(cycle.places)
    docks = [vehicle.dock for vehicle in vehicles if vehicle.dock is not None]
    there_s = graph.travel_s[docks][:, stops].max(axis=0)
    back_s = graph.travel_s[stops][:, docks].max(axis=1)
    stop = int((there_s + back_s).argmin())
    ways_s = float(there_s[stop] + back_s[stop]) + max(v.detour_s for v in vehicles)
    usable_s = min(vehicle.endurance_s for vehicle in vehicles) - ways_s
    needed_s = ways_s + max(vehicle.charge_s for vehicle in vehicles)
    longest = math.floor(usable_s / cycle.duration_s)
    for slots in range(len(who) - 1, 0, -1):
        for laps in range(longest, max(0, longest - LAPS_TRIED), -1):
            first_lap, away_s = rota(cycle.duration_s, slots, len(who), laps)
            if away_s >= needed_s:
                walk = PatrolCycle(cycle.places, cycle.duration_s, slots)
                return Beat(walk, who, relay=Relay(stop, laps, first_lap, away_s))
    return None
