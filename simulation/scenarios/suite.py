"""Suite: many scenarios in several processes, each with its own watchdog."""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from patrol.errors import SunraError
from simulation.scenarios.outcome import Outcome, Status
from simulation.scenarios.runner import LEAST_WALL_S, WALL_FACTOR, Observer, Run
from simulation.scenarios.scenario import Scenario

GRACE_S = 60.0  # a run stops itself; one that does not is given up after this
Tell = Callable[[Outcome], None]


def run_one(scenario: Scenario, page_folder: Path | None = None) -> Outcome:
    """Run one; whatever is wrong with it is an outcome, never an exception."""
    observers: list[Observer] = []
    try:
        run = Run(scenario, observers)
    except SunraError as error:
        return _broken(scenario, str(error))
    try:
        for _ in run.samples():
            pass
        outcome = run.outcome()
    except SunraError as error:
        return _broken(scenario, str(error))
    finally:
        run.close()
    if page_folder is not None and not outcome.status.is_good:
        from simulation.scenarios.page import write_page

        name = scenario.id.replace("/", "-")
        write_page(page_folder / f"{name}.html", outcome, run.trace)
    return outcome


def run_suite(
    scenarios: Sequence[Scenario],
    jobs: int,
    tell: Tell = lambda _: None,
    page_folder: Path | None = None,
) -> list[Outcome]:
    """Run all on `jobs` processes; outcomes in the given order, `tell` as they come.

    A process that dies takes the scenarios that run beside it with it as BROKEN, not the suite.
    """
    if jobs == 1:
        return [_told(run_one(scenario, page_folder), tell) for scenario in scenarios]
    outcomes: dict[int, Outcome] = {}
    left = dict(enumerate(scenarios))
    while left:
        outcomes |= _run_pool(left, jobs, tell, page_folder)
        left = {number: s for number, s in left.items() if number not in outcomes}
    return [outcomes[number] for number in sorted(outcomes)]


def _run_pool(
    left: dict[int, Scenario], jobs: int, tell: Tell, page_folder: Path | None
) -> dict[int, Outcome]:
    """What one pool of processes gets done before it ends or breaks: at least one scenario."""
    done: dict[int, Outcome] = {}
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["simulation.scenarios.runner"])
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_quiet)
    waiting = list(left.items())
    running: dict[Future[Outcome], tuple[int, Scenario, float]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                number, scenario = waiting.pop(0)
                future = pool.submit(run_one, scenario, page_folder)
                running[future] = (number, scenario, time.monotonic())
            finished, _ = wait(running, timeout=5.0, return_when=FIRST_COMPLETED)
            for future in finished:
                number, scenario, _ = running.pop(future)
                done[number] = _told(_result(future, scenario), tell)
            for number, scenario, begun_s in running.values():
                if time.monotonic() - begun_s > _limit_s(scenario):
                    done[number] = _told(_broken(scenario, "hung; given up"), tell)
                    raise BrokenProcessPool
    except BrokenProcessPool:
        for number, scenario, _ in running.values():
            if number not in done:
                done[number] = _told(_broken(scenario, "a process beside it ended"), tell)
    finally:
        for process in list((pool._processes or {}).values()):
            if running:
                process.kill()
        pool.shutdown(wait=False, cancel_futures=True)
    return done


def _result(future: Future[Outcome], scenario: Scenario) -> Outcome:
    try:
        return future.result()
    except BrokenProcessPool:
        return _broken(scenario, "its process died")
    except Exception as error:  # a mistake of ours must be seen, and must not end the suite
        return _broken(scenario, f"{type(error).__name__}: {error}")


def _quiet() -> None:
    """Contacts and refusals are the scenarios' own matter: verdicts tell of them."""
    logging.basicConfig(level=logging.ERROR)


def _limit_s(scenario: Scenario) -> float:
    return max(LEAST_WALL_S, WALL_FACTOR * scenario.duration_s) + GRACE_S


def _told(outcome: Outcome, tell: Tell) -> Outcome:
    tell(outcome)
    return outcome


def _broken(scenario: Scenario, reason: str) -> Outcome:
    return Outcome(
        scenario.id, scenario.title, Status.BROKEN, reason=reason, rehearses=scenario.rehearses
    )
