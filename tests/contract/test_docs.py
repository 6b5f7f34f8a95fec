"""The reference documents say what the tables in the code say."""

from pathlib import Path

import pytest

from patrol.faults import FAULTS, FaultKind, Response
from patrol.topics import TOPICS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def rows(path: Path, heading: str) -> list[list[str]]:
    """Cells of the first table below a heading."""
    text = path.read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1]
    table = []
    for line in text.splitlines():
        if line.startswith("|"):
            table.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
        elif table:
            break
    return table[2:]


def test_every_topic_is_documented_as_the_table_has_it() -> None:
    documented = rows(DOCS / "architecture.md", "Topics")
    expected = [
        [
            row.name,
            row.type,
            f"{row.publisher} / {row.road_publisher}" if row.road_publisher else row.publisher,
            "on event" if row.rate_hz is None else f"{row.rate_hz:g}",
            "-" if row.max_age_s is None else f"{row.max_age_s:g}",
            row.qos.value,
        ]
        for row in TOPICS.values()
    ]
    assert documented == expected


def test_every_fault_has_its_row_in_the_hazard_table() -> None:
    documented = {row[0]: row for row in rows(DOCS / "safety.md", "Faults")}
    assert set(documented) == {kind.value for kind in FaultKind}
    for kind, row in FAULTS.items():
        assert documented[kind.value][1:4] == [row.detection, row.detector, row.response.name]


@pytest.mark.parametrize("heading", ["Faults", "Hazards"])
def test_every_row_names_tests_that_exist(heading: str) -> None:
    for row in rows(DOCS / "safety.md", heading):
        tests = [part.strip().strip("`") for part in row[-1].split(",")]
        assert tests, row
        for test in tests:
            file, _, name = test.partition("::")
            path = ROOT / "tests" / file
            assert path.is_file(), f"{row[0]}: no {path}"
            assert f"def {name}(" in path.read_text(), f"{row[0]}: no {name} in {file}"


def test_a_stopping_fault_is_never_weaker_than_its_response_says() -> None:
    assert Response.STOP_AND_LATCH > Response.STOP > Response.SLOW_THEN_WAIT > Response.SLOW
