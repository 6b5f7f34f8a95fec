"""The table of events and look-alikes: large enough, seeded, honest about missing rules."""

from __future__ import annotations

import copy
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.simulate_cli import simulate_group
from patrol.config import read_yaml
from patrol.errors import ConfigError, SunraError
from patrol.incident import ANOMALIES, AnomalyKind
from patrol.map_geojson import load_map
from perception.rules.registry import RULES
from simulation.scenarios.collect import collect
from simulation.scenarios.expect_room import NoIncident
from simulation.scenarios.expect_seeing import Alerts, DoesNotShow, Shows, Visible, Watched
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.seeing import load_seeing
from simulation.world import ScenarioError

ROOT = Path(__file__).parents[4]
TABLE = ROOT / "config" / "scenarios" / "seeing" / "events.yaml"
NO_RULE = "no rule"
WANTED = 60  # of each sort for each rule, and they are to differ


KIND = """
title: t
map: {map}
sites:
  here: {{edges: [103, 105], from_m: 20, to_m: 30}}
kinds:
  - incident: collapsed_person
    definition: {{kind: lies, for_s: 5}}
    site: here
    events:
      - name: lies
        actors: [{{name: victim, at: {{}}, does: [{{kind: stay, posture: lying_side}}]}}]
    lookalikes:
      - name: stands
        actors: [{{name: walker, at: {{}}}}]
"""


def table(folder: Path, old: str = "", new: str = "") -> Path:
    """A small table with one change."""
    text = KIND.format(map=ROOT / "maps" / "proving_ground.geojson")
    assert old in text
    path = folder / "t.yaml"
    path.write_text(text.replace(old, new, 1).lstrip("\n"))
    return path


DATA = read_yaml(TABLE)
MAP = load_map(ROOT / "maps" / "proving_ground.geojson")


def unfolded(seeds: range, kind: str = "") -> list[Scenario]:
    data = copy.copy(DATA)
    data["kinds"] = [raw for raw in DATA["kinds"] if kind in ("", raw["incident"])]
    return load_seeing(data, TABLE, "seeing/events", seeds, lambda _: MAP)


@pytest.fixture(scope="module")
def scenarios() -> list[Scenario]:
    return unfolded(range(1))


def test_every_kind_of_incident_has_events_and_lookalikes(scenarios: list[Scenario]) -> None:
    counts = Counter((s.truth.incident, s.truth.is_event) for s in scenarios if s.truth)
    for kind in AnomalyKind:
        assert counts[kind, True] >= 3, kind
        assert counts[kind, False] >= 3, kind


def test_twenty_seeds_give_sixty_of_each_sort_and_no_two_are_alike() -> None:
    for is_event in (True, False):
        found = [
            s for s in unfolded(range(20), "loitering") if s.truth and s.truth.is_event is is_event
        ]
        assert len(found) >= WANTED
        assert len({(s.actors, s.start, s.conditions, s.seed) for s in found}) == len(found)


def test_a_kind_is_excused_for_having_no_rule_exactly_while_it_has_none(
    scenarios: list[Scenario],
) -> None:
    for scenario in scenarios:
        assert scenario.truth is not None
        excused = scenario.expected_failure.startswith(NO_RULE)
        assert excused is (scenario.truth.incident not in RULES), scenario.id
        if excused:
            assert scenario.expected_failure == f"no rule for {scenario.truth.incident} yet"


def test_an_event_must_show_be_seen_and_be_reported_once(scenarios: list[Scenario]) -> None:
    event = next(s for s in scenarios if s.truth and s.truth.is_event)
    assert [type(gate) for gate in event.gates] == [Shows, Visible]
    assert [type(e) for e in event.expectations] == [Watched, Alerts]
    lookalike = next(s for s in scenarios if s.truth and not s.truth.is_event)
    assert [type(gate) for gate in lookalike.gates] == [DoesNotShow, Visible]
    assert [type(e) for e in lookalike.expectations] == [Watched, NoIncident]


def test_an_alarm_may_come_until_the_end(scenarios: list[Scenario]) -> None:
    """10 s after the event is there the run still goes on."""
    assert all(s.duration_s >= 12.0 for s in scenarios)


@given(seed=st.integers(0, 2**31), kind=st.sampled_from(list(AnomalyKind)))
@settings(max_examples=20, deadline=None)
def test_any_seed_gives_scenarios_that_fit_their_map(seed: int, kind: AnomalyKind) -> None:
    for scenario in unfolded(range(seed, seed + 1), kind.value):
        assert scenario.spec.max_speed_mps <= 1.39 or not scenario.vehicle.nodes
        assert scenario.id.startswith(f"seeing/events/{kind}/")


def test_the_same_seed_gives_the_same_scenario() -> None:
    one, again, other = (unfolded(range(n, n + 1), "fight")[0] for n in (4, 4, 5))
    assert one == again
    assert one.actors != other.actors


def test_speeds_reach_from_standing_to_patrol_pace() -> None:
    found = unfolded(range(30), "running")
    speeds = [s.spec.max_speed_mps if s.vehicle.nodes else 0.0 for s in found]
    assert speeds.count(0.0) > 20
    assert max(speeds) > 1.2


def test_the_command_unfolds_the_seeds_asked_for(tmp_path: Path) -> None:
    path = table(tmp_path)
    arguments = ["suite", str(path), "--only", "lies", "--seeds", "70-72", "--list"]
    listed = CliRunner().invoke(simulate_group, arguments)
    assert listed.output.splitlines() == [
        f"{tmp_path.name}/t/collapsed_person/lies-{seed}: collapsed_person, event: lies"
        for seed in (70, 71, 72)
    ]


@pytest.mark.parametrize(
    ("seeds", "message"),
    [("x", "'x' is neither N nor FROM-TO"), ("0", "'0' is 0 seeds"), ("9-3", "'9-3' is 0 seeds")],
)
def test_seeds_that_are_none_are_refused(seeds: str, message: str) -> None:
    result = CliRunner().invoke(simulate_group, ["suite", str(TABLE), "--seeds", seeds, "--list"])
    assert result.exit_code == 2
    assert message in result.output


def test_a_truth_file_of_an_unknown_kind_is_refused_before_anything_runs() -> None:
    result = CliRunner().invoke(simulate_group, ["suite", str(TABLE), "--truth", "truth.csv"])
    assert isinstance(result.exception, SunraError)
    assert str(result.exception) == "truth.csv: a truth file ends in .json or .xml"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("name: lies", "name: stands"), r"t.yaml:13: name: 'stands' stands twice"),
        (("      - name: lies", "      - nam: lies"), r"t.yaml:10: events: unknown key 'nam'"),
        (("site: here", "site: there"), r"t.yaml:10: lies: site: 'there' is unknown; known: here"),
        (
            ("kind: lies, for_s: 5", "kind: flies"),
            r"t.yaml:7: definition: kind 'flies' is unknown",
        ),
        (("for_s: 5", "for_s: -5"), r"t.yaml:7: for_s: -5 is outside \[0, 3600\]"),
        (("edges: [103, 105]", "edges: [103, 107]"), r"t.yaml:4: sites: 'here': edge 107 does"),
        (("edges: [103, 105]", "edges: [103, 5]"), r"t.yaml:4: .* has no edge 5$"),
        (("to_m: 30", "to_m: 90"), r"t.yaml:4: .* to_m 90 is beyond its 58.0 m"),
        (("from_m: 20", "from_m: 40"), r"t.yaml:4: from_m: 40 to 30 is no stretch"),
        (("incident: collapsed_person", "incident: ufo"), r"t.yaml:6: incident: 'ufo' is none of"),
        (("at: {}, does", "at: {ahead_m: 60}, does"), r"t.yaml:10: lies: 'here': a place at 8\d"),
        (("at: {}, does", "at: {ahead_m: far}, does"), r"t.yaml:11: ahead_m: 'far', 0.0 are no"),
        (("posture: lying_side", "posture: {one_of: []}"), r"t.yaml:11: one_of: expected a list"),
        (("posture: lying_side", "posture: {drawn: x}"), r"t.yaml:11: drawn: 'x' is none of lets"),
        (("site: here", "site: here\n    out_m: {from: 3, to: 1}"), r"from: 3 to 1 is no range"),
        (("site: here", "site: here\n    speed_mps: 5"), r"t.yaml:9: speed_mps: 5 is outside"),
        (("site: here", "site: here\n    standoff_m: 35"), r"leaves no room for a vehicle 35 m"),
        (("name: lies", "who: [eva]\n        name: lies"), r"t.yaml:10: who: no actor 'eva'"),
        (("at: {}, does", "at: {}, dose"), r"t.yaml:11: unknown key 'dose'"),
        (
            ("- name: lies", "- fails: {x: why}\n        name: lies"),
            r"t.yaml:10: fails: 'x' is no",
        ),
        (("- name: lies", "- fails: no\n        name: lies"), r"t.yaml:10: fails: expected a map"),
        (
            ("- name: lies", "- lets: 5\n        name: lies"),
            r"t.yaml:10: lets: expected a mapping",
        ),
        (
            ("- name: lies", "- who: [lamp 1]\n        name: lies"),
            r":10: who: 'lamp 1' can never be",
        ),
        (
            (
                "- name: lies",
                "- definition: {kind: loiters, zone: [{edge_id: 9}, {}, {}]}\n        name: z",
            ),
            r"t.yaml:10: edge_id 9: proving-ground has no such edge",
        ),
        (("- name: lies", "- who: []"), r"t.yaml:10: key 'name' is missing"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(
    change: tuple[str, str], message: str, tmp_path: Path
) -> None:
    path = table(tmp_path, *change)
    with pytest.raises((ConfigError, ScenarioError), match=message) as raised:
        collect([path])
    assert "\n" not in str(raised.value)


def test_every_incident_has_a_row_of_text() -> None:
    assert set(ANOMALIES) == set(AnomalyKind)
