"""Changing a persistent patrol under way: walks that changed are got into step on anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from navigation.planning.fleet.battery import full_after_s, runs_dry
from navigation.planning.fleet.laps import timed
from navigation.planning.fleet.persistent import walks_of_beats
from navigation.planning.fleet.replanning.going_on import all_go_on, walks_gone_on
from navigation.planning.fleet.replanning.held_up import is_calm
from navigation.planning.fleet.replanning.promises import outcome_of, why_moved
from navigation.planning.fleet.replanning.rounds import Regrouped, regroup, rounds_now
from navigation.planning.fleet.replanning.team import Member, Outcome, Situation
from navigation.planning.fleet.rounds import Charge, Due, Rounds, Schedule, drive_rounds
from navigation.planning.fleet.types import VehiclePlan, Walk
from navigation.planning.patrol_graph import Floats, PatrolGraph
from navigation.planning.persistent.joining import Seat, seats_of
from navigation.planning.persistent.plan import Beat
from navigation.planning.persistent.reasons import with_reasons
from navigation.planning.persistent.rota import stints
from navigation.planning.persistent.trace import slot_stops


def replan_persistent(now: Situation) -> Outcome:
    """The rest of a persistent patrol."""
    if is_calm(now):
        return all_go_on(now)
    rounds = rounds_now(now)
    found = regroup(now, rounds, range(len(now.members)))
    gone_on = walks_gone_on(now, found.kept)
    new_walks, new_plans, from_s = _into_step(now, found)
    plans = {**gone_on.plans, **new_plans}
    for number, member in enumerate(now.members):
        reason = found.plan.reasons[number]
        if member.vehicle.id not in plans:
            plans[member.vehicle.id] = member.plan(member.way_home(), reason)
    ordered = [plans[member.vehicle.id] for member in now.members]
    walks = [*gone_on.walks, *new_walks]
    return outcome_of(now, rounds, ordered, walks, gone_on.kept, max(gone_on.in_step_s, from_s))


def _into_step(
    now: Situation, found: Regrouped
) -> tuple[list[Walk], dict[str, VehiclePlan], float]:
    """The vehicles of new walks, and from when on the last of them is in step.

    Time 0 of the walks is now. A vehicle whose battery does not last for its first turn charges
    before it.
    """
    made = timed(found.rounds, found.plan)
    graph, reasons = made.plan.graph, with_reasons(made.plan).reasons
    ids = [member.vehicle.id for member in now.members]
    beats, plans, last_s = list[Beat](), dict[str, VehiclePlan](), now.now_s
    for index in found.new:
        beat, states = made.plan.beats[index], made.states[index]
        low: set[int] = set()
        while True:
            needs_s = _needs_s(now, found.rounds, beat, states, low)
            shifted, seats = seats_of(graph, beat, needs_s)
            schedules = _schedules(now, graph, shifted, seats, states, low)
            driven = {
                v: drive_rounds(found.rounds, v, schedule, reasons[v])
                for v, schedule in schedules.items()
            }
            dry = {v for v, plan in driven.items()
                   if runs_dry(now.members[v].vehicle, plan.steps)} - low  # fmt: skip
            if not dry:
                break
            low |= dry
        beats.append(shifted)
        last_s = max([last_s, *(now.now_s + seat.begin_s for seat in seats)])
        for v, plan in driven.items():
            because = now.members[v].because or f"as {why_moved(now)}"
            plans[ids[v]] = now.members[v].plan(plan.steps, f"{because}: {plan.reason}")
    return list(walks_of_beats(graph, beats, ids)), plans, last_s


def _needs_s(
    now: Situation,
    rounds: Rounds,
    beat: Beat,
    states: Sequence[int | None],
    low: set[int],
) -> Floats:
    """(members, stops) when a member can have visited each stop, in seconds from now."""
    needs_s = np.zeros((len(beat.members), len(states)))
    for row, v in enumerate(beat.members):
        member = now.members[v]
        free_s = member.vehicle.available_at_s - now.now_s
        if v in low and member.vehicle.dock_id is not None:
            dock_row = rounds.problem.start_row + 2 * v + 1
            times_s = rounds.problem.times[v].worst_s
            free_s += float(times_s[dock_row - 1, dock_row])
            free_s += full_after_s(member.vehicle, member.vehicle.battery_pct)
            ways_s = [float(times_s[dock_row, place]) for place in beat.cycle.places]
        else:
            ways_s = _ways_s(rounds, member, v, beat, states)
        for stop, place in enumerate(beat.cycle.places):
            needs_s[row, stop] = free_s + ways_s[stop] + rounds.tasks[place].dwell_s
    return needs_s


def _ways_s(
    rounds: Rounds, member: Member, v: int, beat: Beat, states: Sequence[int | None]
) -> list[float]:
    """From where a member stands to each stop, arriving as the walk has it."""
    known = [state for state in states if state is not None]
    if len(known) < len(states):
        return [rounds.approach_s(v, place) for place in beat.cycle.places]
    vehicle = member.vehicle
    start = replace(member.start, node_id=vehicle.node_id, heading_rad=vehicle.heading_rad)
    return [float(cost) for cost in member.search.costs_between([start], known)[0]]


def _schedules(
    now: Situation,
    graph: PatrolGraph,
    beat: Beat,
    seats: Sequence[Seat],
    states: Sequence[int | None],
    low: set[int],
) -> dict[int, Schedule]:
    """What each member of a beat does until the end, by its number among the members."""
    horizon_s = now.request.horizon_s - now.now_s
    in_slot = {seat.slot: seat for seat in seats}
    rows = [in_slot[slot].row for slot in range(beat.slots)]
    rows += sorted(set(range(len(beat.members))) - set(rows))
    turns = replace(beat, members=tuple(beat.members[row] for row in rows))
    first = {beat.members[seat.row]: seat for seat in seats}
    schedules: dict[int, Schedule] = {v: [] for v in turns.members}
    for stint in stints(graph, turns, horizon_s):
        mine, from_s, seat = schedules[stint.vehicle], stint.from_s, first.get(stint.vehicle)
        if mine or seat is None or stint.vehicle in low:
            mine.append(Charge())
        if seat is not None and from_s == 0.0:
            from_s = seat.begin_s
        for time_s, stop in slot_stops(graph, turns, stint.slot, from_s - 1e-6, horizon_s):
            if time_s >= stint.until_s:
                break
            mine.append(Due(beat.cycle.places[stop], now.now_s + time_s, states[stop]))
            if beat.stays_s and beat.stays_s[stop] > 0:
                mine.append(Charge())
    return schedules
