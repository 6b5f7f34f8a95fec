"""A changed coverage plan in words: why each member got what it got, and which streets moved."""

from __future__ import annotations

from collections.abc import Iterator

from navigation.planning.coverage.map_streets import MapStreets
from navigation.planning.coverage.replan import Replan
from navigation.planning.fleet.replanning.changes import Moved
from navigation.planning.fleet.replanning.team import IS_BACK, KEEPS, Member, Situation

NAMED = 4  # streets that a line names


def reason(now: Situation, member: Member, found: Replan, streets: MapStreets) -> str:
    """Why a member got what it got."""
    taken = _taken(now, found, streets)
    got = {i for (_, to_id), ids in taken.items() if to_id == member.vehicle.id for i in ids}
    parts = [member.because] if member.because else []
    if got:
        parts.append(
            f"takes over {len(got)} street{'s' if len(got) > 1 else ''}, as it would have "
            "least to do with the way there counted"
        )
    if parts and not member.rest:
        return "; ".join(parts)
    parts.append("drives its other streets as before" if parts else KEEPS)
    return "; ".join(parts)


def moves(now: Situation, found: Replan, streets: MapStreets) -> Iterator[Moved]:
    """The streets that moved, one line for each pair of vehicles."""
    for (from_id, to_id), ids in _taken(now, found, streets).items():
        names = list(dict.fromkeys(streets.graph.streets[i].name for i in sorted(ids)))
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        what = f"{len(ids)} street{'s' if len(ids) > 1 else ''}"
        named = f"{what} ({', '.join(names[:NAMED])}{more})"
        why = _why(now, from_id) if from_id else "they can be driven now"
        yield Moved(named, from_id, to_id, why)


def _taken(now: Situation, found: Replan, streets: MapStreets) -> dict[tuple[str, str], set[int]]:
    """Streets by whose they were and whose they are; "" for nobody's."""
    had = {
        edge_id: plan.vehicle_id
        for plan in now.old.vehicles
        for step in plan.steps
        if step.task_id and not step.is_charge
        for edge_id in step.edge_ids
    }
    groups: dict[tuple[str, str], set[int]] = {}
    for task, (_, to_id) in sorted(found.moved.items()):
        edges = (*streets.edge_ids[task & ~1], *streets.edge_ids[task | 1])
        owners = list(dict.fromkeys(had[e] for e in edges if e in had))
        if to_id not in owners:
            from_id = owners[0] if owners else ""
            groups.setdefault((from_id, to_id), set()).add(task >> 1)
    return groups


def _why(now: Situation, from_id: str) -> str:
    """What took streets from a vehicle."""
    members = {member.vehicle.id: member for member in now.members}
    back = [v for v, member in members.items() if member.because == IS_BACK]
    if back and from_id in members and not members[from_id].because:
        return f"{', '.join(back)} {IS_BACK}"
    return now.why(from_id)
