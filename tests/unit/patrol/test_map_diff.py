"""Differences between maps are said in words and agree with the content hash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.geodesy import GeoPoint
from patrol.map import PatrolMap, Zone, ZoneKind
from patrol.map_diff import ChangeKind, diff_maps, natural
from patrol.map_fields import COLLECTIONS, LAYERS, NUMBERED
from patrol.map_geojson import content_hash, load_map

SILLIM = load_map(Path(__file__).resolve().parents[3] / "maps" / "sillim.geojson")


def said(second: PatrolMap, first: PatrolMap = SILLIM) -> list[str]:
    return [str(change) for change in diff_maps(first, second)]


def with_edge(**changes: object) -> PatrolMap:
    edge = replace(SILLIM.edges[1105], **changes)  # type: ignore[arg-type]
    return replace(SILLIM, edges=SILLIM.edges | {1105: edge})


def test_the_same_map_has_no_difference_whatever_the_order() -> None:
    assert said(SILLIM) == []
    turned = dict(reversed(SILLIM.edges.items()))
    assert said(replace(SILLIM, edges=turned, zones=SILLIM.zones[::-1])) == []


def test_a_field_is_named_with_its_unit() -> None:
    assert said(with_edge(speed_limit_mps=1.0)) == ["edge 1105: speed limit 1.39 → 1 m/s"]
    assert said(with_edge(lit=False)) == ["edge 1105: lit yes → no"]
    assert said(with_edge(exposure=0.5)) == ["edge 1105: exposure none → 0.5"]
    assert said(with_edge(way_class="alley")) == ["edge 1105: way class pavement → 'alley'"]


def test_a_moved_node_is_measured() -> None:
    node = SILLIM.nodes[5]
    moved = replace(SILLIM, nodes=SILLIM.nodes | {5: replace(node, x_m=node.x_m + 0.4)})
    assert said(moved) == ["node 5: moved 0.40 m"]
    raised = replace(SILLIM, nodes=SILLIM.nodes | {5: replace(node, z_m=99.0)})
    assert said(raised) == [f"node 5: height {node.z_m:.6g} → 99 m"]


def test_zones_come_go_and_change_their_outline() -> None:
    site = Zone("Z3", ZoneKind.KEEP_OUT, ((0, 0), (10, 0), (10, 10), (0, 10)), "construction")
    added = replace(SILLIM, zones=(*SILLIM.zones, site))
    assert said(added) == ["zone Z3: added (keep_out, 100 m², 'construction')"]
    assert said(SILLIM, added) == ["zone Z3: removed (keep_out, 100 m², 'construction')"]
    wider = replace(site, polygon_map=((0, 0), (20, 0), (20, 10), (0, 10)))
    changed = replace(SILLIM, zones=(*SILLIM.zones, wider))
    assert said(changed, added) == ["zone Z3: outline changed, 100 → 200 m²"]


def test_the_header_is_compared() -> None:
    other = replace(SILLIM, name="x", time_zone="UTC", origin=GeoPoint(37.0, 127.0, 5.0))
    assert said(other) == [
        "map: name '신림 언덕마을 (Sillim hillside)' → 'x'",
        "map: time zone 'Asia/Seoul' → 'UTC'",
        "map: origin (37.4843000°, 126.9293000°, 75 m) → (37.0000000°, 127.0000000°, 5 m)",
    ]


def test_changes_stand_by_layer_then_id() -> None:
    changed = replace(
        with_edge(width_m=2.0), checkpoints=SILLIM.checkpoints[2:], nodes=SILLIM.nodes | {}
    )
    order = [(change.layer, change.id) for change in diff_maps(SILLIM, changed)]
    assert order == [("edge", "1105"), ("checkpoint", "cp-01"), ("checkpoint", "cp-02")]
    assert sorted(["cp-10", "cp-2", "cp-1"], key=natural) == ["cp-1", "cp-2", "cp-10"]


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_there_is_a_difference_exactly_when_the_hash_differs(data: st.DataObject) -> None:
    layer = data.draw(st.sampled_from(LAYERS))
    collection = getattr(SILLIM, COLLECTIONS[layer.name])
    key = data.draw(
        st.sampled_from(sorted(collection) if layer.name in NUMBERED else range(len(collection)))
    )
    field = data.draw(st.sampled_from([f for f in layer.fields if f.attribute in VALUES]))
    changed = replace(collection[key], **{field.attribute: data.draw(VALUES[field.attribute])})
    if layer.name in NUMBERED:
        edited: object = {**collection, key: changed}
    else:
        edited = (*collection[:key], changed, *collection[key + 1 :])
    second = replace(SILLIM, **{COLLECTIONS[layer.name]: edited})
    differs = content_hash(second) != SILLIM.content_hash
    changes = diff_maps(SILLIM, second)
    assert bool(changes) is differs
    assert all(c.kind is ChangeKind.CHANGED and c.field == field.attribute for c in changes)


names = st.sampled_from(["", "신림로 12길", "x"])
VALUES: dict[str, st.SearchStrategy[object]] = {
    "name": names,
    "surface": names,
    "width_m": st.sampled_from([3.5, 6.0]),
    "kerb_m": st.sampled_from([0.0, 0.02]),
    "steps": st.booleans(),
    "waiting_place": st.booleans(),
    "windows": st.sampled_from(["", "22:00-06:00"]),
    "actions": st.sampled_from([(), ("announce",)]),
    "heading_rad": st.sampled_from([0.0, 1.0]),
    "signalled": st.booleans(),
    "height_m": st.sampled_from([9.0, 14.0]),
}
