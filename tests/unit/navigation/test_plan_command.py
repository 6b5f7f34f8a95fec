"""`sunra plan …` as a person types it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import sunra

ROOT = Path(__file__).resolve().parents[3]
SILLIM = ROOT / "maps" / "sillim.geojson"


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Plans over sillim through the front door; returns status, output, errors."""

    def call(*arguments: object) -> tuple[int | str | None, str, str]:
        monkeypatch.setattr(sys, "argv", ["sunra", "plan", str(SILLIM), *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            sunra.main()
        captured = capsys.readouterr()
        return stop.value.code, captured.out, captured.err

    return call


def test_a_team_gets_a_block_each_and_a_summary(plan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "plan.json"
    status, text, _ = plan(
        "--vehicles", "2", "--order", "best", "--out", out, "--draw", tmp_path / "plan.svg"
    )
    assert status == 0
    assert text.startswith("v1: ")
    assert "\nv2: " in text
    assert "tour with 2 vehicles" in text
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["mode"] == "tour"
    assert len(document["vehicles"]) == 2
    visited = [
        step["task_id"]
        for vehicle in document["vehicles"]
        for step in vehicle["steps"]
        if not step["is_charge"]
    ]
    assert sorted(visited) == [f"cp-{n:02d}" for n in range(1, 13)]
    assert (tmp_path / "plan.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_vehicles_have_places_and_batteries(plan) -> None:  # type: ignore[no-untyped-def]
    status, text, _ = plan(
        "--vehicles", "a@dock-1,b@cp-03:16", "--to", "dock-1", "--order", "best"
    )
    assert status == 0
    assert "a: " in text
    assert "b: " in text


@pytest.mark.parametrize(
    ("mode", "more"),
    [("coverage", ["--area", "sillim"]), ("persistent", []), ("unpredictable", ["--seed", "3"])],
)
def test_every_mode_plans(plan, mode: str, more: list[str]) -> None:  # type: ignore[no-untyped-def]
    status, text, err = plan("--mode", mode, "--hours", "1", *more)
    assert (status, err) == (0, "")
    assert f"{mode} with 1 vehicle" in text.splitlines()[-1]


def test_priorities_history_and_the_hour_count(plan, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    rules, history = tmp_path / "p.yaml", tmp_path / "h.csv"
    rules.write_text("hours:\n- {checkpoints: [cp-08], windows: '20:00-06:00', factor: 3}\n")
    history.write_text("time,x_m,y_m\n2026-03-01T22:00:00+09:00,120,60\n")
    at = ("--at", "2026-03-02T22:00", "--priorities", rules, "--history", history)
    status, text, _ = plan("--mode", "persistent", "--hours", "1", *at)
    assert status == 0
    plain = plan("--mode", "persistent", "--hours", "1")[1]
    assert text != plain


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--vehicles", "0"), "at least one vehicle"),
        (("--vehicles", "a"), "neither a number nor ID@PLACE"),
        (("--vehicles", "a@nowhere"), "'nowhere' is no dock"),
        (("--vehicles", "a@dock-1:lots"), "'lots' is no percentage"),
        (("--vehicles", "a@dock-1:140"), "battery 140.0 % is not 0 to 100"),
        (("--vehicles", "a@dock-1,a@dock-1"), "vehicle a: stands twice"),
        (("--mode", "guess"), "--mode: 'guess' is none of: tour, coverage"),
        (("--mode", "persistent"), "needs to know how long"),
        (("--hours", "nan"), "--hours: nan is not a number above 0"),
        (("--mode", "coverage", "--area", "x"), "no zone 'x'; patrol areas: sillim"),
        (("--at", "noon"), "--at: 'noon' is no time"),
        (("--priorities", "none.yaml"), "none.yaml: no such file"),
        (("--history", "none.csv"), "none.csv: cannot be read"),
    ],
)
def test_a_wrong_plan_gets_one_line(plan, arguments, message: str) -> None:  # type: ignore[no-untyped-def]
    status, _, err = plan(*arguments)
    assert status == 2
    assert message in err
    assert len(err.strip().splitlines()) == 1
