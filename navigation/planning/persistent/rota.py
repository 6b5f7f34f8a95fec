"""Who fills which slot when charged vehicles take turns."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent.plan import Beat


@dataclass(frozen=True, slots=True)
class Stint:
    """A vehicle in a slot from one moment to another."""

    vehicle: int
    slot: int
    from_s: float
    until_s: float


def rota(lap_s: float, slots: int, vehicles: int, laps: int) -> tuple[tuple[int, ...], float]:
    """In which lap each slot is first handed over, and the shortest time a vehicle is away.

    Slot j passes the stop j spacings before slot 0, and is handed over every `laps` laps; lap
    numbers spread these moments evenly. The vehicle that leaves at one moment comes back at the
    one that is vehicles - slots later.
    """
    first_lap = tuple(round(slot * (laps + 1) / slots) for slot in range(slots))
    moments = sorted((lap - slot / slots) % laps * lap_s for slot, lap in enumerate(first_lap))
    spared, period_s = vehicles - slots, laps * lap_s
    away_s = min(
        moments[(i + spared) % slots] + (i + spared) // slots * period_s - moments[i]
        for i in range(slots)
    )
    return first_lap, away_s


def handovers(graph: PatrolGraph, beat: Beat, until_s: float) -> list[tuple[float, int]]:
    """`(time, slot)` at which slots change hands after time 0, in order."""
    if beat.relay is None:
        return []
    at_s = float(beat.arrivals_s(graph)[beat.relay.stop]) - beat.phase_s
    found = []
    for slot, first_lap in enumerate(beat.relay.first_lap):
        period_s = beat.relay.laps * beat.lap_s
        time_s = at_s - slot * beat.spacing_s + first_lap * beat.lap_s
        time_s -= math.floor(time_s / period_s) * period_s
        while time_s <= until_s:
            if time_s > 0:
                found.append((time_s, slot))
            time_s += period_s
    return sorted(found)


def stints(graph: PatrolGraph, beat: Beat, until_s: float) -> list[Stint]:
    """Every slot's vehicles up to a time; who left first comes back first."""
    waiting = deque(beat.members[beat.slots :])
    holders = [(beat.members[slot], 0.0) for slot in range(beat.slots)]
    found = []
    for time_s, slot in handovers(graph, beat, until_s):
        vehicle, from_s = holders[slot]
        found.append(Stint(vehicle, slot, from_s, time_s))
        waiting.append(vehicle)
        holders[slot] = (waiting.popleft(), time_s)
    found += [Stint(v, slot, from_s, until_s) for slot, (v, from_s) in enumerate(holders)]
    return found
