"""Maps of a light fleet: each vehicle downloads, one copy is kept, and busy ones wait."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fleet_client.state_builder import MapRef
from patrol.errors import MapError
from patrol.geodesy import GeoPoint
from patrol.map import Edge, Node, PatrolMap, WayClass
from patrol.map_geojson import load_map, save_map
from patrol.vda5050.map_transfer import PackedMap, Transfer
from patrol.vda5050.messages import Order, OrderEdge, OrderNode
from patrol.vehicle import load_vehicle
from simulation.fleet_motion import FleetMotion
from simulation.light_maps import LightMapStore, LightSwitch, SharedMaps
from simulation.light_vehicle import LightVehicle

ROOT = Path(__file__).parents[3]
SPEC = load_vehicle(ROOT / "config/vehicles/goalie.yaml")


def line(folder: Path, speed_limit_mps: float, **changes: Any) -> tuple[PatrolMap, bytes]:
    nodes = {i: Node(i, 10.0 * i, 0.0) for i in range(4)}
    edges = {i: Edge(i, i, i + 1, 10.0, speed_limit_mps, 3.0, WayClass.ALLEY) for i in range(3)}
    made = PatrolMap("line", "", GeoPoint(37.5, 126.9), nodes, edges)
    path = folder / "m.geojson"
    save_map(replace(made, **changes), path)
    return load_map(path), path.read_bytes()


class Yard:
    def __init__(self, folder: Path) -> None:
        self.old, _ = line(folder, 1.3)
        self.new, content = line(folder, 0.5)
        self.package = PackedMap.of("line", self.new.content_hash, content, 100)
        self.shared = SharedMaps(self.old)
        self.motion = FleetMotion(SPEC, np.zeros((2, 2)))
        limits = self.shared.limits_of(self.old.content_hash)
        self.vehicles = [
            LightVehicle(i, self.motion, self.old, limits, SPEC.speed_cap_mps, 0) for i in range(2)
        ]
        self.stores = [LightMapStore(self.shared, MapRef.of(self.old)) for _ in range(2)]
        self.switches = [
            LightSwitch(vehicle, self.shared, store)
            for vehicle, store in zip(self.vehicles, self.stores, strict=True)
        ]

    def put(self, store: LightMapStore, package: PackedMap) -> Transfer:
        store.begin(package.transfer)
        for index in range(package.transfer.count):
            store.append(package.transfer, package.piece(index))
        assert store.part(package.transfer.version) == (package.transfer, package.transfer.count)
        return package.transfer

    def order(self, order_id: str, start: int) -> Order:
        nodes = [
            OrderNode(node_id=str(start + i), sequence_id=2 * i, released=True, actions=[])
            for i in range(2)
        ]
        edge = OrderEdge(
            edge_id=str(start),
            sequence_id=1,
            released=True,
            start_node_id=str(start),
            end_node_id=str(start + 1),
            actions=[],
        )
        return Order(
            header_id=1,
            timestamp="t",
            version="2.1.0",
            manufacturer="m",
            serial_number="s",
            order_id=order_id,
            order_update_id=0,
            nodes=nodes,
            edges=[edge],
        )

    def drive(self, index: int) -> float:
        """To the end of the order; the highest speed on the way (m/s)."""
        fastest = 0.0
        while self.vehicles[index].busy:
            for arrived in self.motion.step(0.1):
                self.vehicles[arrived].arrived()
            fastest = max(fastest, float(self.motion.speed_mps[index]))
        return fastest


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path)


def test_map_is_parsed_once_for_the_whole_fleet(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = yard.stores[0].finish(yard.put(yard.stores[0], yard.package))
    monkeypatch.setattr("simulation.light_maps.parse_map", lambda *_: pytest.fail("again"))
    assert yard.stores[1].finish(yard.put(yard.stores[1], yard.package)) == first
    assert [ref.content_hash for ref in yard.stores[1].stored()] == [
        yard.old.content_hash,
        yard.new.content_hash,
    ]


def test_vehicle_drives_by_the_map_it_has_enabled(yard: Yard) -> None:
    ref = yard.stores[0].finish(yard.put(yard.stores[0], yard.package))
    yard.vehicles[0].accept_order(yard.order("o1", 0))
    assert yard.switches[0].obstacle() == "an order is under way"
    assert yard.drive(0) > 1.0
    assert yard.switches[0].obstacle() == ""
    yard.switches[0].begin(ref, "a1")
    assert yard.switches[0].under_way() == ("a1", ref.content_hash)
    end = yard.switches[0].end()
    assert end is not None
    assert end.failure == ""
    assert yard.switches[0].under_way() is None
    assert yard.stores[0].enabled == ref
    yard.vehicles[0].accept_order(yard.order("o2", 1))
    assert yard.drive(0) == pytest.approx(0.5), "the new map's limit"


def test_map_with_another_hash_or_origin_is_refused(yard: Yard, tmp_path: Path) -> None:
    store = yard.stores[0]
    moved, content = line(tmp_path, 1.0, origin=GeoPoint(38.0, 126.9))
    cases = {
        "its content hash is": PackedMap.of("line", "0" * 64, content, 100),
        "its origin is not": PackedMap.of("line", moved.content_hash, content, 100),
    }
    for said, package in cases.items():
        transfer = yard.put(store, package)
        with pytest.raises(MapError, match=said):
            store.finish(transfer)
        store.discard(transfer.version)
    assert [ref.content_hash for ref in store.stored()] == [yard.old.content_hash]


def test_deleted_map_is_gone(yard: Yard) -> None:
    ref = yard.stores[0].finish(yard.put(yard.stores[0], yard.package))
    yard.stores[0].delete(ref.content_hash)
    assert [r.content_hash for r in yard.stores[0].stored()] == [yard.old.content_hash]
