"""`sunra map …` and `sunra plan …` as a person types them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import sunra

ROOT = Path(__file__).resolve().parents[3]
SILLIM = ROOT / "maps" / "sillim.geojson"
GOALIE = ROOT / "config" / "vehicles" / "goalie.yaml"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Runs the front door; returns status, output, errors."""

    def call(*arguments: object) -> tuple[int | str | None, str, str]:
        monkeypatch.setattr(sys, "argv", ["sunra", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            sunra.main()
        captured = capsys.readouterr()
        return stop.value.code, captured.out, captured.err

    return call


def test_check_lists_findings_and_a_summary(run) -> None:  # type: ignore[no-untyped-def]
    status, out, err = run("map", "check", SILLIM, "--vehicle", GOALIE)
    assert (status, err) == (0, "")
    assert "warning: zone building-site: keep-out closes edges" in out
    assert "12 checkpoints" in out.splitlines()[-1]


def test_check_fails_on_errors(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    document = json.loads(SILLIM.read_text(encoding="utf-8"))
    for feature in document["features"]:
        if feature["properties"].get("layer") == "zone":
            feature["properties"]["kind"] = "keep_out"  # the patrol area itself
    path = tmp_path / "closed.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    status, out, _ = run("map", "check", path)
    assert status == 2
    assert "error: checkpoint cp-01: cannot be reached from dock dock-1" in out


def test_plan_prints_a_table_and_writes_the_tour(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    route = tmp_path / "route.json"
    plan = ("plan", SILLIM, "--checkpoints", "cp-06, cp-08,cp-12", "--from", "dock-1")
    status, out, _ = run(*plan, "--vehicle", GOALIE, "--out", route)
    assert status == 0
    lines = out.splitlines()
    assert [line.split()[1] for line in lines[1:5]] == ["cp-06", "cp-08", "cp-12", "dock-1"]
    assert "no turn-rounds" in lines[5]
    tour = json.loads(route.read_text(encoding="utf-8"))
    assert tour["map_id"] == "sillim"
    assert 600 <= tour["length_m"] <= 800
    assert tour["legs"][-1]["dock_id"] == "dock-1"
    assert list(tmp_path.iterdir()) == [route]


def test_plan_from_a_node_ends_where_it_is_told(run) -> None:  # type: ignore[no-untyped-def]
    plan = ("plan", SILLIM, "--checkpoints", "cp-07", "--from", "105")
    assert run(*plan)[1].splitlines()[-2].split()[1] == "cp-07"
    assert run(*plan, "--to", "dock-1")[1].splitlines()[-2].split()[1] == "dock-1"


def test_draw_and_plan_write_pictures(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("map", "draw", SILLIM, "--out", tmp_path / "a.svg")[0] == 0
    plan = ("plan", SILLIM, "--checkpoints", "cp-07", "--from", "cp-05")
    assert run(*plan, "--draw", tmp_path / "b.svg")[0] == 0
    assert {path.name for path in tmp_path.iterdir()} == {"a.svg", "b.svg"}


PLAN = ("plan", SILLIM, "--from", "dock-1", "--checkpoints")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*PLAN, "cp-99"), "no checkpoint 'cp-99'"),
        ((*PLAN, ","), "a patrol needs at least one checkpoint"),
        ((*PLAN, "cp-01", "--order", "zigzag"), "order: 'zigzag' is none of: given, best"),
        ((*PLAN, "cp-01", "--to", "dock-7"), "no dock 'dock-7'; known: dock-1"),
        ((*PLAN, "cp-01", "--close", "12x"), "--close: '12x' is no edge id"),
        ((*PLAN, "cp-01", "--close", "99999"), "no edge 99999 to close"),
        ((*PLAN, "cp-01", "--out", "/proc/none/route.json"), "cannot be written"),
        (
            ("plan", SILLIM, "--from", "home", "--checkpoints", "cp-01"),
            "--from: 'home' is no dock",
        ),
        (("map", "check", SILLIM, "--vehicle", "none.yaml"), "none.yaml: no such file"),
        (("map", "draw", SILLIM, "--out", "map.bmp"), "a picture is .png or .svg"),
        (("map", "import", "none.osm.pbf", "--out", "x.geojson"), "none.osm.pbf: no such file"),
    ],
)
def test_a_wrong_command_gets_one_line(run, arguments, message: str) -> None:  # type: ignore[no-untyped-def]
    status, _, err = run(*arguments)
    assert status == 2
    assert message in err.splitlines()[-1]
    assert sum(line.startswith("sunra: ") for line in err.splitlines()) == 1
