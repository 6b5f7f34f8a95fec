"""A suite's result: a summary line, JUnit XML, JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

from simulation.scenarios.outcome import Outcome, Status


def is_green(outcomes: Sequence[Outcome]) -> bool:
    """Whether all passed, those apart that may not pass yet (and did not)."""
    return all(outcome.status.is_good for outcome in outcomes)


def summary(outcomes: Sequence[Outcome]) -> str:
    """Counts by status, every status named."""
    counts = Counter(outcome.status for outcome in outcomes)
    total_s = sum(outcome.duration_s for outcome in outcomes)
    told = ", ".join(f"{counts[status]} {status}" for status in Status)
    return f"{len(outcomes)} scenarios, {total_s:.0f} s driven: {told}"


def line(outcome: Outcome) -> str:
    """One row of the table: status, id, what went wrong or why it may."""
    text = outcome.reason
    if outcome.status is Status.FAILED:
        text = "; ".join(f"{v.expectation}: {v.detail}" for v in outcome.failures)
    elif outcome.status is Status.PASSED:
        text = f"{outcome.duration_s:.0f} s, {outcome.real_time_factor:.1f}x"
    return f"{outcome.status:20} {outcome.scenario_id:52} {text}".rstrip()


def write_json(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Every outcome with its verdicts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"summary": summary(outcomes), "outcomes": [asdict(o) for o in outcomes]}
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def write_junit(path: Path, outcomes: Sequence[Outcome]) -> None:
    """JUnit XML as CI servers read it; an expected failure counts as skipped."""
    counts = Counter(outcome.status for outcome in outcomes)
    suite = ElementTree.Element(
        "testsuite",
        name="scenarios",
        tests=str(len(outcomes)),
        failures=str(counts[Status.FAILED] + counts[Status.UNEXPECTED_PASS]),
        errors=str(counts[Status.BROKEN]),
        skipped=str(counts[Status.EXPECTED_FAILURE]),
    )
    for outcome in outcomes:
        folder, _, name = outcome.scenario_id.rpartition("/")
        case = ElementTree.SubElement(
            suite, "testcase", classname=folder, name=name, time=f"{outcome.wall_s:.2f}"
        )
        _result(case, outcome)
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def _result(case: ElementTree.Element, outcome: Outcome) -> None:
    told = "; ".join(f"{v.expectation}: {v.detail}" for v in outcome.failures)
    if outcome.status is Status.EXPECTED_FAILURE:
        ElementTree.SubElement(case, "skipped", message=f"expected failure: {outcome.reason}")
    elif outcome.status is Status.BROKEN:
        ElementTree.SubElement(case, "error", message=outcome.reason)
    elif outcome.status is not Status.PASSED:
        ElementTree.SubElement(case, "failure", message=told or str(outcome.status))
