"""docs/simulation.md lists every event, expectation and injected fault as the code has it."""

from __future__ import annotations

import typing
from pathlib import Path

import yaml

from simulation.scenarios.events import Event
from simulation.scenarios.expectations import AnyExpectation
from simulation.scenarios.injections import INJECTIONS
from simulation.scenarios.load import load_scenario

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")


def rows(heading: str) -> dict[str, list[str]]:
    """The table below a heading, by its first cell."""
    part = TEXT.split(f"### {heading}\n", 1)[1].split("\n### ", 1)[0]
    cells = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in part.splitlines()
        if line.startswith("| `")
    ]
    return {row[0]: row[1:] for row in cells}


def test_every_event_is_documented() -> None:
    assert set(rows("Events")) == {kind.KIND for kind in typing.get_args(Event)}


def test_every_expectation_is_documented() -> None:
    assert set(rows("Expectations")) == {kind.KIND for kind in typing.get_args(AnyExpectation)}


def test_every_injection_is_documented_as_the_table_has_it() -> None:
    expected = {
        name: [
            row.meaning,
            f"{row.size:g} {row.unit}".strip() if row.size else "-",
            str(row.expects) if row.expects else "-",
        ]
        for name, row in INJECTIONS.items()
    }
    assert rows("Injected faults") == expected


def test_the_example_is_a_scenario(tmp_path: Path) -> None:
    text = TEXT.split("```yaml\ntitle: ", 1)[1].split("```", 1)[0]
    example = yaml.safe_load(f"title: {text}")
    example["map"] = str(ROOT / "maps" / "proving_ground.geojson")
    (tmp_path / "example.yaml").write_text(yaml.safe_dump(example), encoding="utf-8")
    scenario = load_scenario(tmp_path / "example.yaml")
    assert len(scenario.events) == 2
    assert scenario.faults[0].inject == "gnss_lost"
