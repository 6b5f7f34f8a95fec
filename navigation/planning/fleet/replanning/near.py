"""Which vehicles of a large team come into question for what needs somebody."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from navigation.planning.fleet.replanning.team import Member, Situation
from navigation.planning.fleet.types import Task

NEAREST = 4  # vehicles that may take over a checkpoint, of a larger team


def near_members(now: Situation, tasks: Sequence[Task]) -> list[Member]:
    """The members that something happened to, and those nearest to what needs somebody: nobody's
    tasks, and the tasks of members that are held up. Newcomers may help anybody."""
    if len(now.members) <= NEAREST or now.changes.back:
        return list(now.members)
    node_of = {task.id: task.node_id for task in tasks}
    calm = {task_id for m in now.members if not m.because for task_id in m.promised()}
    chosen = {m.vehicle.id for m in now.members if m.because}
    for task in (task for task in tasks if task.id not in calm):
        far_m = [
            (min(_apart_m(now, task.node_id, n) for n in _places(m, node_of)), m.vehicle.id)
            for m in now.members
        ]
        chosen |= {vehicle_id for _, vehicle_id in sorted(far_m)[:NEAREST]}
    return [member for member in now.members if member.vehicle.id in chosen]


def _places(member: Member, node_of: Mapping[str, int]) -> list[int]:
    """Where a member is and will be."""
    ahead = [node_of[task_id] for task_id in member.promised() if task_id in node_of]
    return [member.vehicle.node_id, *ahead]


def _apart_m(now: Situation, a: int, b: int) -> float:
    nodes = now.request.patrol_map.nodes
    return math.hypot(nodes[a].x_m - nodes[b].x_m, nodes[a].y_m - nodes[b].y_m)
