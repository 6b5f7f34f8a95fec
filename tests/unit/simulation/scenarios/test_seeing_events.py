"""When an event is in view, when an alarm about it is right, and what excuses nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from patrol.config import read_yaml
from patrol.incident import AnomalyKind, Incident, IncidentPhase, Severity
from simulation.scenarios.define_people import Fights, Lies
from simulation.scenarios.expect_seeing import Alerts, Visible, Watched
from simulation.scenarios.occurrences import Sight
from simulation.scenarios.outcome import Outcome, Status, conclude
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.scene_truth import SceneTruth
from simulation.scenarios.seeing import load_seeing
from simulation.scenarios.trace import Trace
from simulation.scenarios.truth_file import write_truth
from tests.unit.simulation.scenarios.acting import LYING, ROOT, at, box, person, trace_of


def test_in_view_is_large_near_free_and_long_enough() -> None:
    eva = [(person(), lambda _: LYING)]
    seen = Visible(("eva",))
    assert seen.check(trace_of(eva)) == (True, "for 20.0 s")
    assert not seen.check(trace_of(eva, seen=lambda t: box() if t < 1.5 else None))[0]
    assert not seen.check(trace_of(eva, seen=lambda _: box(25.0)))[0]
    assert not seen.check(trace_of(eva, seen=lambda _: box(occlusion=0.8)))[0]
    assert not seen.check(trace_of(eva, seen=lambda _: box(truncation=0.8)))[0]
    assert not Visible(("eva",), Sight(at_least_px=200)).check(trace_of(eva))[0]


def test_an_event_must_be_in_view_while_it_lasts() -> None:
    eva = [(person(), lambda t: LYING if t > 5 else at())]
    before = trace_of(eva, seen=lambda t: box() if t < 5 else None)
    assert Visible(("eva",)).check(before)[0]
    assert not Visible(("eva",), definition=Lies()).check(before)[0]


def incident(x_m: float = 60.0, name: str = "1", t_s: float = 0.0) -> tuple[float, Incident]:
    found = Incident(
        name, AnomalyKind.COLLAPSED_PERSON, Severity.CRITICAL, IncidentPhase.OPENED, 1, "m", x_m,
        2.0, 0.5, 0.0, 0.0, 0.0, 0.9, "r", {},
    )  # fmt: skip
    return t_s, found


FALLS = [(person(), lambda t: LYING if t > 3 else at())]  # there at 8.2 s


@pytest.mark.parametrize(
    ("raised", "is_right"),
    [
        ([], False),
        ([incident(t_s=6.3)], True),
        ([incident(t_s=6.1)], False),  # more than 2 s too early
        ([incident(t_s=18.1)], True),
        ([incident(t_s=18.3)], False),  # more than 10 s too late
        ([incident(64.0, t_s=9.0)], False),  # somewhere else
        ([incident(t_s=9.0), incident(name="2", t_s=15.0)], False),  # twice
        ([incident(t_s=9.0), incident(t_s=15.0)], True),  # an update of the same
    ],
)
def test_one_alarm_in_time_and_place(raised: list[tuple[float, Incident]], is_right: bool) -> None:
    trace = trace_of(FALLS, 25)
    trace.incidents = raised
    assert Alerts(AnomalyKind.COLLAPSED_PERSON, Lies(), ("eva",)).check(trace)[0] is is_right


def test_the_time_counts_from_when_it_was_in_view() -> None:
    trace = trace_of(FALLS, 30, seen=lambda t: box() if t >= 12 else None)  # known at 13.8 s
    trace.incidents = [incident(t_s=23.0)]
    assert Alerts(AnomalyKind.COLLAPSED_PERSON, Lies(), ("eva",)).check(trace)[0]


def test_nobody_is_too_early_about_what_was_so_at_the_start() -> None:
    trace = trace_of([(person(), lambda _: LYING)])
    trace.incidents = [incident(t_s=1.0)]
    assert Alerts(AnomalyKind.COLLAPSED_PERSON, Lies(), ("eva",)).check(trace)[0]


def test_silence_counts_only_where_a_rule_watches() -> None:
    trace = trace_of([])
    assert Watched(AnomalyKind.FIRE).check(trace) == (False, "watches for nothing")
    trace.watched = frozenset({AnomalyKind.FIRE})
    assert Watched(AnomalyKind.FIRE).check(trace)[0]


# --- expected failures, truth files ---

TABLE = f"""
title: t
map: {ROOT / "maps" / "proving_ground.geojson"}
sites:
  here: {{edges: [103, 105], from_m: 20, to_m: 30}}
kinds:
  - incident: collapsed_person
    definition: {{kind: lies, for_s: 5}}
    expected_failure: not yet
    site: here
    events: [{{name: lies, actors: [{{name: eva, at: {{}}}}]}}]
    lookalikes: [{{name: stands, actors: [{{name: eva, at: {{}}}}]}}]
"""


@pytest.fixture(scope="module")
def event(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path = tmp_path_factory.mktemp("seeing") / "t.yaml"
    path.write_text(TABLE)
    return load_seeing(read_yaml(path), path, "t")[0]


def outcome(scenario: Scenario, trace: Trace) -> Outcome:
    return conclude(scenario, trace, "", 1.0)


def test_an_expected_failure_excuses_perception_and_not_the_scene(event: Scenario) -> None:
    shown, hidden = trace_of(FALLS, 25), trace_of(FALLS, 25, seen=lambda _: None)
    assert outcome(event, shown).status is Status.EXPECTED_FAILURE
    assert outcome(event, hidden).status is Status.FAILED
    assert outcome(event, trace_of([(person(), lambda _: at())])).status is Status.FAILED
    assert [v.is_gate for v in outcome(event, shown).verdicts] == [True, True, False, False]


def test_an_event_that_is_found_may_not_be_excused_any_more(event: Scenario) -> None:
    trace = trace_of(FALLS, 25)
    trace.incidents = [incident(t_s=9.0)]
    trace.watched = frozenset({AnomalyKind.COLLAPSED_PERSON})
    assert outcome(event, trace).status is Status.UNEXPECTED_PASS


def test_the_truth_says_what_was_when_and_where(event: Scenario, tmp_path: Path) -> None:
    trace = trace_of(FALLS, 25)
    trace.incidents = [incident(t_s=9.0)]
    calm = replace(event, truth=SceneTruth(AnomalyKind.FIGHT, False, Fights(), ("eva",)))
    outcomes = [outcome(event, trace), outcome(calm, trace)]
    assert write_truth(tmp_path / "new" / "truth.json", outcomes) == 2
    rows = json.loads((tmp_path / "new" / "truth.json").read_text())["scenarios"]
    assert rows[0]["incident"] == "collapsed_person"
    assert rows[0]["definition"] == {"kind": "lies", "for_s": 5.0}
    assert (rows[0]["begin_s"], rows[0]["met_s"], rows[0]["end_s"]) == (3.2, 8.2, 25.0)
    assert rows[0]["alarm_s"] == [pytest.approx(6.2), pytest.approx(18.2)]
    assert rows[0]["place_map"] == [60.0, 2.0]
    assert rows[0]["raised"] == [[9.0, 60.0, 2.0, 0.9]]
    assert (rows[1]["is_event"], rows[1]["met_s"]) == (False, None)


def test_the_truth_as_xml_gives_the_time_in_which_an_alarm_is_right(
    event: Scenario, tmp_path: Path
) -> None:
    write_truth(tmp_path / "truth.xml", [outcome(event, trace_of(FALLS, 25))])
    clip = ElementTree.parse(tmp_path / "truth.xml").getroot().find("Library/Clip")
    assert clip is not None
    assert clip.findtext("Header/Duration") == "00:00:25.0"
    assert clip.findtext("Alarms/Alarm/StartTime") == "00:00:06.2"
    assert clip.findtext("Alarms/Alarm/AlarmDuration") == "00:00:12.0"
    assert clip.findtext("Alarms/Alarm/AlarmDescription") == "collapsed_person"


def test_who_has_moved_on_may_be_reported_where_they_are_by_then() -> None:
    trace = trace_of([(person(), lambda t: replace(LYING, x_m=60.0 + t))])
    trace.incidents = [incident(68.0, t_s=8.0)]
    assert Alerts(AnomalyKind.COLLAPSED_PERSON, Lies(), ("eva",)).check(trace)[0]
    trace.incidents = [incident(72.0, t_s=8.0)]
    assert not Alerts(AnomalyKind.COLLAPSED_PERSON, Lies(), ("eva",)).check(trace)[0]
