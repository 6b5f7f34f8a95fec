"""Maps on a vehicle's disk: whole or not there, whatever is cut off."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fleet_client.map_store import MapFolder, Pointer
from fleet_client.state_builder import MapRef
from patrol.errors import MapError
from patrol.geodesy import GeoPoint
from patrol.map import Edge, Node, PatrolMap, WayClass
from patrol.map_geojson import load_map, save_map
from patrol.vda5050.map_transfer import PackedMap, Transfer


def line(name: str = "", **changes: object) -> PatrolMap:
    nodes = {i: Node(i, 5.0 * i, 0.0) for i in range(9)}
    edges = {i: Edge(i, i, i + 1, 5.0, 1.3, 3.0, WayClass.ALLEY) for i in range(8)}
    made = PatrolMap("line", name, GeoPoint(37.5, 126.9), nodes, edges)
    return replace(made, **changes)  # type: ignore[arg-type]


def packed(folder: Path, patrol_map: PatrolMap, version: str = "") -> PackedMap:
    path = folder / "source.geojson"
    found = save_map(patrol_map, path)
    return PackedMap.of("line", version or found, path.read_bytes(), 100)


def put(maps: MapFolder, package: PackedMap) -> Transfer:
    """Every piece."""
    transfer = package.transfer
    maps.begin(transfer)
    for index in range(transfer.count):
        maps.append(transfer, package.piece(index))
    return transfer


@pytest.fixture
def maps(tmp_path: Path) -> MapFolder:
    """With one map, enabled."""
    folder = MapFolder(tmp_path / "maps")
    path = tmp_path / "first.geojson"
    save_map(line("first"), path)
    first = folder.keep(load_map(path), path.read_bytes())
    folder.point(Pointer(first.content_hash, first.content_hash))
    return folder


def test_map_is_kept_when_every_piece_is_here(maps: MapFolder, tmp_path: Path) -> None:
    before = maps.enabled
    ref = maps.finish(put(maps, packed(tmp_path, line("second"))))
    assert {m.content_hash for m in maps.stored()} == {before.content_hash, ref.content_hash}
    assert maps.load(ref.content_hash).name == "second"
    assert maps.enabled == before, "nothing is enabled by arriving"
    assert list((tmp_path / "maps").glob("*.part*")) == []


def test_download_goes_on_after_the_last_whole_piece(maps: MapFolder, tmp_path: Path) -> None:
    package = packed(tmp_path, line("second"))
    transfer = package.transfer
    maps.begin(transfer)
    for index in range(3):
        maps.append(transfer, package.piece(index))
    part = tmp_path / "maps" / f"{transfer.version}.part"
    part.write_bytes(part.read_bytes() + package.piece(3)[:41])  # killed while writing
    again = MapFolder(tmp_path / "maps")
    assert again.part(transfer.version) == (transfer, 3)
    for index in range(3, transfer.count):
        again.append(transfer, package.piece(index))
    assert again.part(transfer.version) == (transfer, transfer.count)
    again.finish(transfer)


@pytest.mark.parametrize("rubbish", [b"", b"{", b"[]", b'{"map_id": "line"}'])
def test_part_whose_record_is_damaged_begins_anew(
    maps: MapFolder, tmp_path: Path, rubbish: bytes
) -> None:
    transfer = put(maps, packed(tmp_path, line("second")))
    (tmp_path / "maps" / f"{transfer.version}.part.json").write_bytes(rubbish)
    assert maps.part(transfer.version) is None


@pytest.mark.parametrize(
    ("patrol_map", "version", "said"),
    [
        (line("other"), "0" * 64, "its content hash is"),
        (line("x", map_id="elsewhere"), "", "is map 'elsewhere'"),
        (line("x", origin=GeoPoint(37.6, 126.9)), "", "its origin is not"),
    ],
)
def test_map_that_is_another_is_not_kept(
    maps: MapFolder, tmp_path: Path, patrol_map: PatrolMap, version: str, said: str
) -> None:
    before = maps.stored()
    transfer = put(maps, packed(tmp_path, patrol_map, version))
    with pytest.raises(MapError, match=said):
        maps.finish(transfer)
    assert maps.stored() == before


def test_map_that_is_no_map_is_not_kept(maps: MapFolder) -> None:
    package = PackedMap.of("line", "1" * 64, b'{"type": "FeatureCollection"', 100)
    with pytest.raises(MapError, match="is not valid JSON"):
        maps.finish(put(maps, package))


def test_pointer_on_a_map_that_is_gone_counts_for_nothing(tmp_path: Path) -> None:
    maps = MapFolder(tmp_path, MapRef("line", "f" * 64))
    maps.point(Pointer("a" * 64, "a" * 64))
    assert maps.pointer() is None
    assert maps.enabled.content_hash == "f" * 64


@pytest.mark.parametrize("text", ["", "{", "[1]", json.dumps({"map_version": "../../etc/passwd"})])
def test_damaged_pointer_counts_for_nothing(maps: MapFolder, tmp_path: Path, text: str) -> None:
    (tmp_path / "maps" / "enabled.json").write_text(text)
    assert maps.pointer() is None
    with pytest.raises(MapError, match="no map is enabled"):
        _ = maps.enabled


def test_damaged_map_is_not_loaded(maps: MapFolder, tmp_path: Path) -> None:
    version = maps.enabled.content_hash
    save_map(line("changed by hand"), maps.path(version))
    with pytest.raises(MapError, match="its content hash is"):
        maps.load(version)


def test_deleted_map_is_gone(maps: MapFolder, tmp_path: Path) -> None:
    ref = maps.finish(put(maps, packed(tmp_path, line("second"))))
    maps.delete(ref.content_hash)
    assert [m.content_hash for m in maps.stored()] == [maps.enabled.content_hash]
