"""Outcome: what a run came to, small enough to travel between processes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from simulation.scenarios.expect_space import cross_track_errors, localization_errors
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.scene_truth import TruthRow
from simulation.scenarios.trace import Trace
from simulation.scenarios.verdicts import Verdict


class Status(StrEnum):
    """How a scenario counts."""

    PASSED = "passed"
    FAILED = "failed"
    EXPECTED_FAILURE = "expected failure"
    UNEXPECTED_PASS = "unexpectedly passed"  # its mark must go
    BROKEN = "broken"  # no run: a bad file, a bad machine

    @property
    def is_good(self) -> bool:
        """Whether a suite may be green with it."""
        return self in (Status.PASSED, Status.EXPECTED_FAILURE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run's verdicts and figures."""

    scenario_id: str
    title: str
    status: Status
    verdicts: tuple[Verdict, ...] = ()
    reason: str = ""  # of an expected failure, or why there was no run
    run_hash: str = ""
    duration_s: float = 0.0
    wall_s: float = 0.0
    distance_m: float = 0.0
    contacts: int = 0
    cross_track_p95_m: float = 0.0
    localization_p95_m: float = 0.0
    faults: tuple[str, ...] = ()
    ended_because: str = ""
    rehearses: str = ""
    truth: TruthRow | None = None

    @property
    def real_time_factor(self) -> float:
        """Simulated over wall-clock seconds."""
        return self.duration_s / self.wall_s if self.wall_s > 0 else 0.0

    @property
    def failures(self) -> list[Verdict]:
        """What did not come true."""
        return [verdict for verdict in self.verdicts if not verdict.passed]


def conclude(scenario: Scenario, trace: Trace, run_hash: str, wall_s: float) -> Outcome:
    """Judge a finished run."""
    gates = [replace(gate.judge(trace), is_gate=True) for gate in scenario.gates]
    verdicts = gates + [expectation.judge(trace) for expectation in scenario.expectations]
    if "wall-clock" in trace.ended_because:
        verdicts.append(Verdict("ends in time", False, f"stopped after {trace.ended_because}"))
    passed = all(verdict.passed for verdict in verdicts)
    if not all(gate.passed for gate in gates):
        status = Status.FAILED
    elif scenario.expected_failure:
        status = Status.UNEXPECTED_PASS if passed else Status.EXPECTED_FAILURE
    else:
        status = Status.PASSED if passed else Status.FAILED
    return Outcome(
        scenario.id,
        scenario.title,
        status,
        tuple(verdicts),
        scenario.expected_failure,
        run_hash,
        trace.ended_s,
        wall_s,
        trace.distance_m(0.0, math.inf),
        len(trace.contacts),
        _p95(cross_track_errors(trace)),
        _p95(localization_errors(trace)),
        tuple(str(fault) for fault in trace.all_faults()),
        trace.ended_because,
        scenario.rehearses,
        scenario.truth.row(scenario.id, trace) if scenario.truth else None,
    )


def _p95(values: Sequence[float]) -> float:
    return float(np.percentile(values, 95)) if len(values) else 0.0
