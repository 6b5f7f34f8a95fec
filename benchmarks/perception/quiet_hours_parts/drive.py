"""Driving stretches: each to its end with rendered pictures, on one process or several."""

from __future__ import annotations

import itertools
import multiprocessing
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.perception.quiet_hours_parts.ledger import (
    IncidentRow,
    StretchRow,
)
from benchmarks.perception.quiet_hours_parts.stretch import Stretch, make_stretch
from benchmarks.perception.quiet_hours_parts.truth import (
    WITHIN_M,
    Truth,
    near_names,
)
from benchmarks.perception.quiet_hours_parts.watch import Raised, Watch
from patrol.incident import ANOMALIES
from simulation.scenarios.grounds import Ground
from simulation.scenarios.occurrences import Occurrence
from simulation.scenarios.runner import Run
from simulation.scenarios.whereabouts import Ways as MapWays

EVENTS_WITHIN_M = 15.0
WALL_FACTOR = 30.0  # a run is given up after this, times its duration


@dataclass(frozen=True, slots=True)
class Job:
    """One stretch to drive; `out` is where stills go."""

    seed: int
    number: int
    minutes: float
    perception: str
    scenes: str
    out: Path

    def row(self, **found: Any) -> StretchRow:
        """The row that it leaves."""
        return StretchRow(
            self.seed, self.number, self.minutes, self.perception, self.scenes, **found
        )


def jobs(
    seed: int, numbers: Sequence[int], minutes: float, out: Path, perception: str, scenes: str
) -> list[Job]:
    """Stretches by their numbers; the last two are fingerprints of now."""
    return [Job(seed, number, minutes, perception, scenes, out) for number in numbers]


def drive(job: Job) -> StretchRow:
    """Drive one; whatever goes wrong is a row that says so, never an exception."""
    try:
        return _drive(job)
    except Exception as error:  # one scene that cannot be must not end the hours
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        return job.row(failed=f"{type(error).__name__}: {error} ({where})")


def drive_all(
    wanted: Sequence[Job], processes: int, goes_on: Callable[[], bool]
) -> Iterator[StretchRow]:
    """Rows as they come; no stretch begins once `goes_on` says no."""
    if processes == 1:
        yield from map(drive, itertools.takewhile(lambda _: goes_on(), wanted))
        return
    context = multiprocessing.get_context("forkserver")
    waiting = iter(wanted)
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        first = [pool.submit(drive, job) for job in itertools.islice(waiting, processes)]
        running: set[Future[StretchRow]] = set(first)
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
                job = next(waiting, None) if goes_on() else None
                if job is not None:
                    running.add(pool.submit(drive, job))


def _drive(job: Job) -> StretchRow:
    began_s = time.monotonic()
    stretch = make_stretch(job.seed, job.number, 60.0 * job.minutes)
    scenario = stretch.scenario
    watch = Watch(scenario.conditions, job.out / stretch.name)
    run = Run(scenario, [watch], wall_limit_s=WALL_FACTOR * scenario.duration_s)
    stopped = ""
    try:
        for sample in run.samples():
            if sample.latched:  # somebody would have to come: this patrol is over
                stopped = ", ".join(sorted({name for _, name in run.trace.contacts})) or "latched"
                break
        why, kinds = run.trace.ended_because, run.trace.watched
    finally:
        run.close()
    if why.endswith("of wall-clock time"):
        return job.row(failed=f"given up: {why}")
    truth = _truth(stretch, watch)
    return job.row(
        map=stretch.map_name,
        hour_h=scenario.conditions.hour_h,
        weather=scenario.conditions.weather.value,
        duration_s=round(watch.seen_s, 2),
        stopped=stopped,
        moved_m=round(watch.moved_m, 1),
        wall_s=round(time.monotonic() - began_s, 1),
        actors=len(scenario.actors),
        watched=tuple(sorted(kind.value for kind in truth.kinds & kinds)),
        incidents=_judged(watch, truth),
        events=truth.events(EVENTS_WITHIN_M),
    )


def _truth(stretch: Stretch, watch: Watch) -> Truth:
    scenario = stretch.scenario
    ground = Ground(scenario.patrol_map, MapWays(scenario.patrol_map), scenario.conditions)
    return Truth(watch.scene, ground, stretch.armed)


def _judged(watch: Watch, truth: Truth) -> tuple[IncidentRow, ...]:
    rows: list[IncidentRow] = []
    events: list[Occurrence | None] = []
    for raised in watch.raised:
        row, event = _incident(raised, watch, truth, list(zip(rows, events, strict=True)))
        rows.append(row)
        events.append(event)
    return tuple(rows)


def _incident(
    raised: Raised,
    watch: Watch,
    truth: Truth,
    before: Sequence[tuple[IncidentRow, Occurrence | None]],
) -> tuple[IncidentRow, Occurrence | None]:
    one = raised.incident
    place = (one.x_m, one.y_m)
    x_m, y_m, yaw_rad = raised.robot_map
    event = truth.event(one.kind, raised.at_s, place)
    then = min(watch.scene.moments, key=lambda m: abs(m.t_s - raised.at_s))
    near = near_names(then, place, WITHIN_M)
    same = [(row, known) for row, known in before if row.kind == one.kind.value]
    row = IncidentRow(
        kind=one.kind.value,
        at_s=raised.at_s,
        x_m=round(one.x_m, 2),
        y_m=round(one.y_m, 2),
        sigma_m=round(one.position_sigma_m, 2),
        confidence=round(one.confidence, 3),
        life_safety=ANOMALIES[one.kind].life_safety,
        event="" if event is None else f"{' and '.join(event.who[:3])} from {event.begin_s:.1f} s",
        repeats=any(tells_again(place, near, event, *known) for known in same),
        near=near,
        robot=(round(x_m, 2), round(y_m, 2), round(yaw_rad, 2)),
        speed_mps=round(raised.speed_mps, 2),
        still=str(raised.picture),
        details=dict(one.details),
    )
    return row, event


def tells_again(
    place: tuple[float, float],
    near: Sequence[str],
    event: Occurrence | None,
    row: IncidentRow,
    known: Occurrence | None,
) -> bool:
    """Whether an incident is about what an earlier one of its kind was about.

    The same true event; where there was none, the same body nearest to it or the same place.
    """
    if event is not None or known is not None:
        return event == known
    same_body = bool(near) and near[:1] == row.near[:1]
    apart_m = ((place[0] - row.x_m) ** 2 + (place[1] - row.y_m) ** 2) ** 0.5
    return same_body or apart_m <= WITHIN_M
