"""Why each vehicle got what it got, in plain sentences."""

from __future__ import annotations

import math
from dataclasses import replace

from navigation.planning.persistent.plan import Beat, PersistentPlan


def with_reasons(plan: PersistentPlan, because: str = "") -> PersistentPlan:
    """The plan with a sentence for each vehicle, its name left out, in order of the team.

    `because` follows each.
    """
    sentences = {number: _spare(plan, number) for number in plan.spare}
    critical = plan.worst_idleness_s
    for beat in plan.beats:
        worst_s = max(beat.worst_s(plan.graph).values())
        for number in beat.members:
            sentences[number] = _member(plan, beat, number, worst_s, critical)
    tail = f" {because}" if because else ""
    reasons = tuple(sentences[number] + tail for number in range(len(plan.team)))
    return replace(plan, reasons=reasons)


def _spare(plan: PersistentPlan, number: int) -> str:
    return f"spare: each of the {len(plan.graph)} places has a vehicle that stays there."


def _member(
    plan: PersistentPlan, beat: Beat, number: int, worst_s: float, critical_s: float
) -> str:
    graph = plan.graph
    places = list(dict.fromkeys(graph.names[place] for place in beat.cycle.places))
    named = ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
    if beat.lap_s == 0:
        return f"stays at {named}: there are vehicles enough to leave it there."
    others = len(beat.members) - 1
    shared = f" with {others} other{'s' if others > 1 else ''}" if others else " alone"
    sentence = (
        f"watches {named}{shared}, one lap in {beat.lap_s / 60:.1f} min, every place"
        f" again within {worst_s / 60:.1f} min"
    )
    if worst_s >= critical_s - 1e-6:
        sentence += "; no division found brings this below"
    return f"{sentence}.{_charging(plan, beat)}"


def _charging(plan: PersistentPlan, beat: Beat) -> str:
    graph = plan.graph
    if beat.relay is not None:
        at = graph.names[beat.cycle.places[beat.relay.stop]]
        return (
            f" {beat.slots} of {len(beat.members)} drive at a time; slots change hands at {at}"
            f" after {beat.relay.laps} laps."
        )
    if beat.stays_s:
        stop = max(range(len(beat.stays_s)), key=lambda i: beat.stays_s[i])
        at = graph.names[beat.cycle.places[stop]]
        chargers = math.ceil(max(beat.stays_s) / beat.spacing_s)
        return (
            f" It charges {sum(beat.stays_s):.0f} s a lap at {at}, where this walk needs"
            f" {chargers} charger{'s' if chargers > 1 else ''}."
        )
    return ""
