"""`sunra replan …` as a person types it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import sunra
from navigation.planning.fleet.document import plan_file
from navigation.planning.fleet.types import PlanMode
from tests.unit.navigation.planning.fleet.replans import running

ROOT = Path(__file__).resolve().parents[3]
SILLIM = ROOT / "maps" / "sillim.geojson"
Call = Callable[..., tuple[int | str | None, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """The front door; returns status, output, errors."""

    def run(*arguments: object) -> tuple[int | str | None, str, str]:
        monkeypatch.setattr(sys, "argv", ["sunra", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            sunra.main()
        captured = capsys.readouterr()
        return stop.value.code, captured.out, captured.err

    return run


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A tour of three vehicles, as `sunra plan --out` writes it."""
    out = tmp_path / "plan.json"
    out.write_text(json.dumps(plan_file(running(PlanMode.TOUR))), encoding="utf-8")
    return out


def test_what_happened_is_said_and_planned_for(call: Call, plan: Path, tmp_path: Path) -> None:
    out, picture = tmp_path / "next.json", tmp_path / "next.svg"
    options = ("--failed", "v2", "--close", "1447", "--out", out, "--draw", picture)
    status, text, err = call("replan", SILLIM, plan, "--now", 200, *options)
    assert (status, err) == (0, "")
    assert "because v2 failed" in text
    assert "v2: " not in text
    assert "tour with 2 vehicles" in text
    assert picture.read_text(encoding="utf-8").startswith("<?xml")
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["request"]["closed_edge_ids"] == [1447]
    assert document["before"]["changes"][0]["failed"] == ["v2"]
    more = ("--back", "v2@dock-1:60,v8@cp-03", "--away", "v1@cp-03:900", "--open", "1447")
    status, text, err = call("replan", SILLIM, out, "--now", 400, *more, "--charge", "v3")
    assert (status, err) == (0, "")
    assert "v1: is called away until 15 min" in text
    assert "v2: is back" in text
    assert "v8: is back" in text
    assert "v3: charges until" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--now", "nan"), "now: nan s is not a number"),
        (("--now", "9", "--failed", "v9"), "no vehicle 'v9' in the team; known: v1, v2, v3"),
        (("--now", "9", "--failed", "v1,v2,v3"), "no vehicle is left"),
        (("--now", "9", "--away", "v1@cp-03"), "'v1@cp-03' is not ID@PLACE:UNTIL_S"),
        (("--now", "9", "--away", "v1@cp-03:soon"), "'soon' is no number of seconds"),
        (("--now", "9", "--away", "v1@nowhere:60"), "--away: 'nowhere' is no dock"),
        (("--now", "9", "--back", "v1"), "'v1' is not ID@PLACE"),
        (("--now", "9", "--back", "v7@dock-1:full"), "'full' is no percentage"),
        (("--now", "9", "--back", "v7@dock-1:140"), "battery 140.0 % is not 0 to 100"),
        (("--now", "9", "--close", "main street"), "--close: 'main street' is no edge id"),
        (("--now", "9", "--close", "3"), "no edge 3"),
        (("--now", "9", "--open", "1447"), "edge 1447: was not closed"),
    ],
)
def test_a_wrong_change_gets_one_line(
    call: Call, plan: Path, arguments: tuple[str, ...], message: str
) -> None:
    status, _, err = call("replan", SILLIM, plan, *arguments)
    assert status == 2
    assert message in err
    assert len(err.strip().splitlines()) == 1


def test_a_plan_for_another_map_is_refused(call: Call, plan: Path) -> None:
    document = json.loads(plan.read_text(encoding="utf-8"))
    plan.write_text(json.dumps({**document, "map_hash": "beef"}), encoding="utf-8")
    status, _, err = call("replan", SILLIM, plan, "--now", "9")
    assert status == 2
    assert "map_hash: the plan is for 'beef'" in err
