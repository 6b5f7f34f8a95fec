"""Reading and writing maps: nothing is lost, nothing is half-written."""

from __future__ import annotations

import json
import math
import os
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.errors import MapError
from patrol.geodesy import GeoPoint
from patrol.map import (
    Area,
    AreaKind,
    Building,
    Checkpoint,
    Crosswalk,
    Dock,
    Edge,
    Node,
    PatrolMap,
    PoiKind,
    PointOfInterest,
    WayClass,
    Zone,
    ZoneKind,
)
from patrol.map_geojson import content_hash, load_map, map_document, parse_map, save_map

ORIGIN = GeoPoint(37.4843, 126.9293, 75.0)
metres = st.floats(-4000, 4000, allow_nan=False).map(lambda value: round(value, 4) + 0.0)
names = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
ids = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)
speeds = st.floats(0.1, 4.0)
windows = st.sampled_from(["", "24/7", "22:00-06:00", "Mo-Fr 08:00-09:00,14:00-16:00; PH off"])
expiries = st.sampled_from(["", "2027-03-01T00:00:00Z", "2026-12-31T18:00:00+09:00"])


@st.composite
def rings(draw: st.DrawFn) -> tuple[tuple[float, float], ...]:
    """Star-shaped, so never crossing: points at growing angles around a middle."""
    x, y = draw(metres), draw(metres)
    radii = draw(st.lists(st.floats(5, 50), min_size=3, max_size=8))
    step = 2 * math.pi / len(radii)
    return tuple(
        (x + r * math.cos(i * step), y + r * math.sin(i * step)) for i, r in enumerate(radii)
    )


@st.composite
def maps(draw: st.DrawFn) -> PatrolMap:
    """Valid maps with every layer."""
    places = draw(
        st.lists(st.tuples(metres, metres), min_size=2, max_size=8,
                 unique_by=lambda p: (round(p[0] / 3), round(p[1] / 3)))
    )  # fmt: skip
    if max(abs(a - b) for p in places for q in places for a, b in zip(p, q, strict=True)) < 2:
        places.append((places[0][0] + 60.0, places[0][1]))
    nodes = {
        i: Node(i, x, y, draw(st.floats(-50, 50)), draw(names), draw(st.booleans()))
        for i, (x, y) in enumerate(places, start=draw(st.integers(0, 5)))
    }
    node_ids = list(nodes)
    pairs = draw(
        st.lists(st.tuples(*[st.sampled_from(node_ids)] * 2).filter(lambda p: p[0] != p[1]),
                 min_size=1, max_size=10, unique=True)
    )  # fmt: skip
    pairs = [p for p in pairs if _distance(nodes, *p) > 0.2] or [(node_ids[0], node_ids[-1])]
    on_crosswalk = draw(st.booleans())
    edges = {
        100 + i: Edge(
            100 + i, a, b, _distance(nodes, a, b), draw(speeds), draw(st.floats(0.5, 20)),
            draw(st.sampled_from(WayClass)), draw(names), draw(st.floats(-0.2, 0.2)),
            draw(st.booleans()), "cw" if on_crosswalk and i == 0 else None, draw(names),
            draw(st.floats(0, 0.3)), draw(st.booleans()), draw(st.none() | st.floats(0, 1)),
        )
        for i, (a, b) in enumerate(pairs)
    }  # fmt: skip
    node = st.sampled_from(node_ids)
    kinds = st.sampled_from([k for k in ZoneKind if k is not ZoneKind.INCIDENT_SENSITIVITY])
    zones = st.builds(Zone, ids, kinds, rings(), names, speeds, windows, expiries)
    sensitive = st.builds(
        Zone, ids, st.just(ZoneKind.INCIDENT_SENSITIVITY), rings(), sensitivity=speeds
    )
    checkpoints = st.builds(
        Checkpoint, ids, names, node, st.floats(0, 99), st.floats(0.1, 9), windows,
        st.lists(ids, max_size=2).map(tuple),
    )  # fmt: skip
    pois = st.builds(PointOfInterest, ids, names, st.sampled_from(PoiKind), metres, metres)
    docks = st.builds(Dock, ids, names, node, st.floats(-3.2, 3.2))
    buildings = st.builds(Building, ids, rings(), st.floats(1, 99), names)
    areas = st.builds(Area, ids, st.sampled_from(AreaKind), rings(), names)

    def some(layer: st.SearchStrategy) -> tuple:  # type: ignore[type-arg]
        return tuple(draw(st.lists(layer, max_size=3, unique_by=lambda item: item.id)))

    crosswalks = (Crosswalk("cw", draw(names), (100,), True, "s"),) if on_crosswalk else ()
    return PatrolMap(
        draw(ids), draw(names), ORIGIN, nodes, edges, some(zones | sensitive),
        some(checkpoints), some(docks), crosswalks, some(buildings), some(areas), draw(names),
        some(pois), draw(st.sampled_from(["Asia/Seoul", "Europe/Helsinki"])),
    )  # fmt: skip


def _distance(nodes: dict[int, Node], a: int, b: int) -> float:
    return math.hypot(nodes[b].x_m - nodes[a].x_m, nodes[b].y_m - nodes[a].y_m)


def small_map() -> PatrolMap:
    nodes = {1: Node(1, 0.0, 0.0), 2: Node(2, 30.0, 40.0, 2.0)}
    edges = {5: Edge(5, 1, 2, 50.0, 1.39, 4.0, WayClass.ALLEY, grade=0.04)}
    return PatrolMap("small", "작은 마을", ORIGIN, nodes, edges)


def to_bytes(patrol_map: PatrolMap) -> bytes:
    return json.dumps(map_document(patrol_map)).encode()


@settings(max_examples=40, deadline=None)
@given(maps())
def test_a_map_comes_back_as_it_was(patrol_map: PatrolMap) -> None:
    again = parse_map(to_bytes(patrol_map), "memory")
    assert again == patrol_map
    assert again.content_hash == content_hash(patrol_map)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_bytes_are_refused_or_read_never_crash(data: st.DataObject) -> None:
    good = bytearray(to_bytes(small_map()))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(good) - 1))
        good[at] = data.draw(st.integers(0, 255))
    refusal = ""
    try:
        parse_map(bytes(good), "memory")
    except MapError as error:
        refusal = str(error)
    assert refusal == "" or refusal.startswith("memory: ")
    assert "\n" not in refusal


@given(st.integers(0, 400))
def test_every_cut_is_refused(length: int) -> None:
    good = to_bytes(small_map())
    with pytest.raises(MapError):
        parse_map(good[: min(length, len(good) - 1)], "memory")


def test_a_saved_file_loads_as_the_same_map(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "small.geojson"
    digest = save_map(small_map(), path)
    assert load_map(path) == small_map()
    assert load_map(path).content_hash == digest
    assert len(digest) == 64


def test_hash_is_of_the_content_not_of_the_layout() -> None:
    document = map_document(small_map())
    compact = json.dumps(document, separators=(",", ":")).encode()
    random.Random(3).shuffle(document["features"])
    shuffled = json.dumps(document, indent=4, sort_keys=True).encode()
    assert parse_map(compact, "a").content_hash == parse_map(shuffled, "b").content_hash


def test_hash_changes_with_any_content() -> None:
    base = small_map()
    changed = [
        replace(base, name="other"),
        replace(base, origin=GeoPoint(37.4843, 126.9294, 75.0)),
        replace(base, edges={5: replace(base.edges[5], lit=False)}),
        replace(base, nodes=base.nodes | {2: replace(base.nodes[2], z_m=2.1)}),
        replace(base, checkpoints=(Checkpoint("cp-01", "", 1),)),
    ]
    assert len({content_hash(m) for m in (base, *changed)}) == len(changed) + 1


def test_a_wrong_map_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "small.geojson"
    save_map(small_map(), path)
    before = path.read_bytes()
    dangling = replace(small_map().edges[5], end_id=93)
    with pytest.raises(MapError, match="edge 5: endid 93"):
        save_map(replace(small_map(), edges={5: dangling}), path)
    assert path.read_bytes() == before


def test_a_negative_cost_is_refused_though_only_nav2_counts_with_it(tmp_path: Path) -> None:
    path = tmp_path / "small.geojson"
    save_map(small_map(), path)
    features = json.loads(path.read_text(encoding="utf-8"))
    edge = next(f for f in features["features"] if f["properties"].get("startid") is not None)
    edge["properties"]["cost"] = -3.0
    path.write_text(json.dumps(features), encoding="utf-8")
    with pytest.raises(MapError, match="cost: expected a number of 0 or more, got -3"):
        load_map(path)


def test_a_map_no_reader_would_take_is_not_written(tmp_path: Path) -> None:
    narrow = replace(small_map().edges[5], width_m=-1.0)
    with pytest.raises(MapError, match=r"small\.geojson: edge 5: width_m: expected a number"):
        save_map(replace(small_map(), edges={5: narrow}), tmp_path / "small.geojson")
    assert list(tmp_path.iterdir()) == []


def test_a_failing_write_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "small.geojson"
    save_map(small_map(), path)
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MapError, match="cannot be written: No space left"):
        save_map(replace(small_map(), name="longer name"), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_numbers_are_written_as_floats_for_nav2() -> None:
    whole = replace(small_map().edges[5], speed_limit_mps=1, width_m=4)
    text = json.dumps(map_document(replace(small_map(), edges={5: whole})))
    assert '"abs_speed_limit": 1.0' in text
    assert '"width_m": 4.0' in text
