"""`sunra map …` and `sunra plan …` as a person types them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import sunra
from patrol.geodesy import GeoPoint
from patrol.map import Checkpoint, Edge, Node, PatrolMap, WayClass, Zone, ZoneKind
from patrol.map_geojson import save_map

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
            feature["properties"].pop("sensitivity", None)
    path = tmp_path / "closed.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    status, out, _ = run("map", "check", path)
    assert status == 2
    assert "error: checkpoint cp-01: cannot be reached from dock dock-1" in out


def test_check_at_a_moment_says_which_zones_hold(run) -> None:  # type: ignore[no-untyped-def]
    status, out, _ = run("map", "check", SILLIM, "--at", "2026-12-01T08:30")
    assert status == 0
    assert "at 2026-12-01 08:30 Asia/Seoul: school holds, building-site holds" in out
    assert "night-quiet does not hold" in out
    assert "school does not hold" in run("map", "check", SILLIM, "--at", "2026-12-01T10:30Z")[1]
    expired = run("map", "check", SILLIM, "--at", "2031-01-01T08:30")[1]
    assert "warning: zone building-site: expired at 2029-06-30T18:00:00+09:00" in expired


def test_check_says_how_much_a_vehicle_cannot_use(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    edited = tmp_path / "kerb.geojson"
    run("map", "set", SILLIM, "edge", "1105", "kerb_m=0.12", "--out", edited)
    status, out, _ = run("map", "check", edited, "--vehicle", GOALIE)
    assert status == 0
    assert "edges 1105 (신림로 북쪽 보도): kerb of 0.12 m, goalie climbs 0.05 m; 11 m" in out
    assert "goalie cannot use 11 of 3518 m of ways: kerb too high 11 m" in out


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """One street of 50 m, a node of no street, a zone and a checkpoint."""
    nodes = {1: Node(1, 0.0, 0.0), 2: Node(2, 30.0, 40.0), 3: Node(3, 500.0, 0.0)}
    edges = {
        17: Edge(17, 1, 2, 50.0, 1.39, 4.0, WayClass.ALLEY),
        18: Edge(18, 2, 1, 50.0, 1.39, 4.0, WayClass.ALLEY),
    }
    yard = Zone("yard", ZoneKind.QUIET, ((0, 0), (9, 0), (9, 9)), windows="22:00-06:00")
    made = PatrolMap(
        "small", "", GeoPoint(37.0, 127.0), nodes, edges, (yard,), (Checkpoint("cp", "", 2),)
    )
    save_map(made, tmp_path / "small.geojson")
    return tmp_path / "small.geojson"


SLOWER = ("edge", "17", "abs_speed_limit=1.0")


def test_diff_says_what_differs_and_exits_with_one(run, small: Path) -> None:  # type: ignore[no-untyped-def]
    edited = small.with_name("edited.geojson")
    status, out, _ = run("map", "set", small, *SLOWER, "--out", edited)
    assert status == 0
    assert out.splitlines()[0] == "edge 17: speed limit 1.39 → 1 m/s"
    assert run("map", "diff", small, small) == (0, "no difference\n", "")
    status, out, _ = run("map", "diff", small, edited)
    assert status == 1
    assert out == "edge 17: speed limit 1.39 → 1 m/s\n1 changes: 1 edge\n"
    status, out, _ = run("map", "diff", small, edited, "--json")
    assert status == 1
    change = json.loads(out)[0]
    assert (change["layer"], change["id"], change["field"]) == ("edge", "17", "speed_limit_mps")
    assert (change["before"], change["after"]) == (1.39, 1.0)


def test_remove_and_add_write_whole_maps(run, small: Path) -> None:  # type: ignore[no-untyped-def]
    smaller, drawn, again = (small.with_name(f"{name}.geojson") for name in ("a", "drawn", "b"))
    assert run("map", "remove", small, "zone", "yard", "--out", smaller)[0] == 0
    document = json.loads(small.read_text(encoding="utf-8"))
    yard = [f for f in document["features"] if f["properties"].get("id") == "yard"]
    drawn.write_text(json.dumps({"type": "FeatureCollection", "features": yard}))
    status, out, _ = run("map", "add", smaller, drawn, "--out", again)
    assert status == 0
    assert out.startswith("zone yard: added (quiet, ")
    assert run("map", "diff", small, again)[0] == 0


def test_a_refused_edit_writes_nothing(run, small: Path) -> None:  # type: ignore[no-untyped-def]
    before = small.read_bytes()
    status, _, err = run("map", "remove", small, "node", "2", "--out", small)
    assert status == 2
    assert "edge 17: endid 2 is no node of this map" in err
    assert small.read_bytes() == before
    assert list(small.parent.iterdir()) == [small]


def test_merge_lists_conflicts_and_takes_the_preferred_word(run, small: Path) -> None:  # type: ignore[no-untyped-def]
    edited, merged = small.with_name("edited.geojson"), small.with_name("merged.geojson")
    run("map", "set", small, *SLOWER, "--out", edited)
    status, out, err = run("map", "merge", small, edited, "--out", merged)
    assert status == 2
    assert out == "conflict: edge 17: speed limit 1.39 → 1 m/s\n"
    assert "choose with --prefer first or --prefer second" in err
    assert not merged.exists()
    status, out, _ = run("map", "merge", small, edited, "--out", merged, "--prefer", "second")
    assert status == 0
    assert "3 nodes joined" in out
    assert run("map", "diff", edited, merged)[0] == 0


def test_plan_prints_a_table_and_writes_the_tour(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    route = tmp_path / "route.json"
    plan = ("plan", SILLIM, "--checkpoints", "cp-06, cp-08,cp-12", "--from", "dock-1")
    status, out, _ = run(*plan, "--vehicle", GOALIE, "--out", route)
    assert status == 0
    visits = [line.split()[1] for line in out.splitlines() if line[:5].strip().isdecimal()]
    assert visits == ["cp-06", "cp-08", "cp-12", "dock-1"]
    assert "no turn-rounds" in out
    tour = json.loads(route.read_text(encoding="utf-8"))
    assert tour["map_id"] == "sillim"
    assert 600 <= tour["vehicles"][0]["length_m"] <= 800
    assert list(tmp_path.iterdir()) == [route]


def test_draw_and_plan_write_pictures(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("map", "draw", SILLIM, "--out", tmp_path / "a.svg")[0] == 0
    plan = ("plan", SILLIM, "--checkpoints", "cp-07", "--from", "cp-05")
    assert run(*plan, "--draw", tmp_path / "b.svg")[0] == 0
    assert run("map", "draw", SILLIM, "--out", tmp_path / "c.html")[0] == 0
    assert {path.name for path in tmp_path.iterdir()} == {"a.svg", "b.svg", "c.html"}


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
        (("map", "check", SILLIM, "--at", "nine"), "--at: 'nine' is no moment"),
        (("map", "set", SILLIM, "edge", "1105", "lit", "--out", "x"), "write KEY=VALUE"),
        (("map", "add", SILLIM, "none.json", "--out", "x"), "none.json: cannot be read"),
        (("map", "diff", SILLIM, "none.geojson"), "none.geojson: no such file"),
        (
            ("map", "merge", SILLIM, SILLIM, "--tolerance-m", "0", "--out", "x"),
            "tolerance_m: 0 is outside",
        ),
        (("map", "import", "none.osm.pbf", "--out", "x.geojson"), "none.osm.pbf: no such file"),
    ],
)
def test_a_wrong_command_gets_one_line(run, arguments, message: str) -> None:  # type: ignore[no-untyped-def]
    status, _, err = run(*arguments)
    assert status == 2
    assert message in err.splitlines()[-1]
    assert sum(line.startswith("sunra: ") for line in err.splitlines()) == 1
