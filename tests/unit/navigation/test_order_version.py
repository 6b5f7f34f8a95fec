"""Navigation takes no order that was planned on another version of its map."""

from __future__ import annotations

from pathlib import Path

import pytest

from navigation.order_rules import check_order
from patrol.errors import OrderError
from patrol.geodesy import GeoPoint
from patrol.map import Edge, Node, PatrolMap, WayClass
from patrol.vda5050.messages import Order, OrderNode
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).parents[3]
SPEC = load_vehicle(ROOT / "config/vehicles/goalie.yaml")
OURS, OTHER = "a" * 64, "b" * 64


def street(content_hash: str) -> PatrolMap:
    nodes = {0: Node(0, 0.0, 0.0), 1: Node(1, 5.0, 0.0)}
    edges = {0: Edge(0, 0, 1, 5.0, 1.3, 3.0, WayClass.ALLEY)}
    return PatrolMap("street", "", GeoPoint(37.5, 126.9), nodes, edges, content_hash=content_hash)


def order(version: str | None) -> Order:
    return Order(
        header_id=1,
        timestamp="t",
        version="2.1.0",
        manufacturer="m",
        serial_number="s",
        order_id="o1",
        order_update_id=0,
        nodes=[OrderNode(node_id="0", sequence_id=0, released=True, actions=[])],
        edges=[],
        zone_set_id=version,
    )


def test_order_for_another_version_is_refused_naming_both() -> None:
    with pytest.raises(OrderError) as caught:
        check_order(order(OTHER), street(OURS), SPEC)
    assert caught.value.error_type == "mapMismatch"
    assert OURS in str(caught.value)
    assert OTHER in str(caught.value)


@pytest.mark.parametrize(("version", "ours"), [(OURS, OURS), (None, OURS), (OTHER, "")])
def test_order_for_this_version_or_for_none_is_taken(version: str | None, ours: str) -> None:
    assert check_order(order(version), street(ours), SPEC).order_id == "o1"
