"""What a state says of the order that is left."""

from __future__ import annotations

from fleet_client.state_builder import (
    HealthSummary,
    MapRef,
    OrderRest,
    Shown,
    StateContent,
    build_state,
    is_news,
)
from patrol.vda5050.messages import EdgeState, NodeState, State

NODES, EDGES = (("7", 2, True), ("8", 4, False)), (("70", 3, False),)


def state_of(content: StateContent, rest: OrderRest | None = None) -> State:
    return build_state(
        content, MapRef("m"), header_id=1, timestamp="t", version="2.1.0", manufacturer="sunra",
        serial_number="v", order_rest=rest,
    )  # fmt: skip


def test_remaining_nodes_and_edges_are_told() -> None:
    state = state_of(StateContent(node_states=NODES, edge_states=EDGES))
    assert state.node_states == [
        NodeState(node_id="7", sequence_id=2, released=True),
        NodeState(node_id="8", sequence_id=4, released=False),
    ]
    assert state.edge_states == [EdgeState(edge_id="70", sequence_id=3, released=False)]


def test_the_same_rest_is_made_once_and_another_one_anew() -> None:
    rest = OrderRest()
    first = state_of(StateContent(node_states=NODES, edge_states=EDGES), rest)
    again = state_of(StateContent(node_states=NODES, edge_states=EDGES), rest)
    later = state_of(StateContent(node_states=NODES[1:], edge_states=()), rest)
    assert again.node_states is first.node_states
    assert [node.node_id for node in later.node_states] == ["8"]
    assert later.edge_states == []


def test_a_list_that_may_change_is_read_each_time() -> None:
    rest, nodes = OrderRest(), [("7", 2, True)]
    state_of(StateContent(node_states=nodes), rest)
    nodes.append(("8", 4, True))
    state = state_of(StateContent(node_states=nodes), rest)
    assert [node.node_id for node in state.node_states] == ["7", "8"]


def test_what_the_vehicle_waits_for_is_told_beside_its_health() -> None:
    health = HealthSummary("OK")
    told = state_of(StateContent(health=health, waiting_for="traffic to pass")).information or []
    assert [(i.info_type, i.info_description) for i in told] == [
        ("health", None),
        ("waiting", "traffic to pass"),
    ]
    assert state_of(StateContent()).information is None
    lit = state_of(StateContent(shown=Shown(beacon=True, siren=False))).information or []
    assert [(r.reference_key, r.reference_value) for r in lit[0].info_references or []] == [
        ("beacon", "on"),
        ("siren", "off"),
    ]
    assert is_news(StateContent(), StateContent(shown=Shown(beacon=True, siren=False)))
    alone = state_of(StateContent(waiting_for="a new base")).information or []
    assert [i.info_type for i in alone] == ["waiting"]
