"""What changed rounds promise: the guarantee, from when on it holds, and who watches what anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from navigation.planning.fleet.plan import tasks_of
from navigation.planning.fleet.replanning.changes import Moved
from navigation.planning.fleet.replanning.held_up import held_up
from navigation.planning.fleet.replanning.team import Outcome, Situation
from navigation.planning.fleet.rounds import Rounds
from navigation.planning.fleet.rounds_figures import driven_figures
from navigation.planning.fleet.types import Task, VehiclePlan, Walk
from navigation.planning.persistent.bounds import team_bound_s

NAMED = 4  # checkpoints that a line names


def moves_between(now: Situation, walks: Sequence[Walk], tasks: Sequence[Task]) -> Iterator[Moved]:
    """Checkpoints that other vehicles watch from now on, one line for each from and to."""
    before, after = _watchers(now.old.walks), _watchers(walks)
    groups: dict[tuple[str, str, str], list[str]] = {}
    for task in tasks:
        had, has = before.get(task.id, ()), after.get(task.id, ())
        lost = [v for v in had if v not in has]
        if set(had) != set(has):
            key = (", ".join(sorted(had)), ", ".join(sorted(has)), lost[0] if lost else "")
            groups.setdefault(key, []).append(task.id)
    for (from_id, to_id, first), ids in groups.items():
        more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
        what = f"rounds of {', '.join(ids[:NAMED])}{more}"
        yield Moved(what, from_id, to_id, why_moved(now, first))


def why_moved(now: Situation, vehicle_id: str = "") -> str:
    """What made walks change; a vehicle that gave something up may be named."""
    if vehicle_id in now.lost:
        return now.why(vehicle_id)
    causes = [now.why(v) for v in now.lost]
    causes += [now.why(m.vehicle.id) for m in now.members if m.because and not held_up(now, m)]
    return ", ".join(causes) or "ways changed"


def _watchers(walks: Sequence[Walk]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for walk in walks:
        for task_id in dict.fromkeys(walk.task_ids):
            found[task_id] = tuple(dict.fromkeys((*found.get(task_id, ()), *walk.vehicle_ids)))
    return found


def outcome_of(
    now: Situation,
    rounds: Rounds | None,
    plans: Sequence[VehiclePlan],
    walks: Sequence[Walk],
    kept: frozenset[str],
    in_step_from_s: float,
) -> Outcome:
    """The outcome with its guarantee: how long nobody waits, and from when on.

    Without `rounds`, places and ways are those of the old plan.
    """
    watched = {task_id for walk in walks for task_id in walk.task_ids}
    tasks = [task for task in tasks_of(now.request) if task.id in watched]
    worst_s = max(walk.worst_s for walk in walks)
    figures: dict[str, float] = {"worst_idleness_s": worst_s}
    if rounds is not None:
        figures["bound_s"] = team_bound_s(rounds.least, len(now.members))
    elif "bound_s" in now.old.figures:
        figures["bound_s"] = now.old.figures["bound_s"]
    figures["in_step_from_s"] = in_step_from_s
    figures |= driven_figures(tasks, now.request.horizon_s, plans, in_step_from_s)
    note = (
        f"no checkpoint waits longer than {worst_s / 60:.1f} min (over its weight) from "
        f"{in_step_from_s / 60:.1f} min on"
    )
    moved = tuple(moves_between(now, walks, tasks))
    left_out = now.old.left_out if rounds is None else rounds.left_out
    return Outcome(tuple(plans), left_out, figures, moved, kept, (note,), tuple(walks))
