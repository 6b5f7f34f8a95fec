"""Whether a patrol in rounds can go on as it is, and who of it is only held up for a while."""

from __future__ import annotations

from navigation.planning.fleet.replanning.team import Member, Situation


def is_calm(now: Situation) -> bool:
    """Whether every walk can go on as it is."""
    busy = {vehicle_id for walk in now.old.walks for vehicle_id in walk.vehicle_ids}
    idle = {member.vehicle.id for member in now.members} - busy
    return (
        not now.lost
        and not (now.changes.opened and (idle or now.old.left_out))
        and not now.changes.back
        and not any(member.because and not held_up(now, member) for member in now.members)
    )


def held_up(now: Situation, member: Member) -> bool:
    """Whether a vehicle charges or is away, and then can go on with its round."""
    closed = now.request.closed_edge_ids
    if closed and any(not closed.isdisjoint(step.edge_ids) for step in member.rest):
        return False
    return member.vehicle.id in now.changes.charge or member.vehicle.id in now.changes.away
