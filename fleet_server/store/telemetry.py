"""The bulk path: a batch of decoded messages into the tables, in the caller's transaction.

Everything here may come twice, late, or in the wrong order: keys de-duplicate, and the last state
only ever moves forward in (event time, header id), but for a clock that was set right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from fleet_server.ingest.decode import (
    ConnectionItem,
    Decoded,
    EvidenceItem,
    FactsheetItem,
    IncidentItem,
    Item,
    StateItem,
)
from fleet_server.store import tables as t
from fleet_server.store.database import insert_new, upsert
from fleet_server.store.evidence import store_chunks
from fleet_server.store.incidents import store_revisions
from patrol.vda5050.messages import encode
from patrol.vda5050.topic_names import VehicleAddress

PAYLOAD_KEPT_BYTES = 4096
CLOCK_AHEAD_S = 60.0  # a vehicle's clock that is further ahead of ours is wrong
K = TypeVar("K")


@dataclass(slots=True)
class BatchResult:
    """What a committed batch changed."""

    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0
    states: int = 0
    new_last_states: list[StateItem] = field(default_factory=list)
    new_connections: list[ConnectionItem] = field(default_factory=list)
    incident_ids: set[str] = field(default_factory=set)
    evidence_ids: set[str] = field(default_factory=set)


def store_batch(
    connection: sa.Connection, batch: Sequence[Decoded], now_s: float, quarantine_rows: int
) -> BatchResult:
    """Store a batch; `now_s` is the receive time of all of it."""
    result = BatchResult()
    items = [item for message in batch for item in message.items]
    _store_vehicles(connection, batch, now_s)
    _store_factsheets(connection, _of(items, FactsheetItem), result)
    _store_states(connection, _of(items, StateItem), now_s, result)
    _store_connections(connection, _of(items, ConnectionItem), now_s, result)
    refused = [m for m in batch if m.problem is not None]
    for item in _of(items, IncidentItem):
        outcome = store_revisions(connection, item, now_s)
        result.incident_ids |= outcome.changed
        _count(result, outcome.new)
    for chunk in _of(items, EvidenceItem):
        outcome_new = store_chunks(connection, chunk, now_s)
        _count(result, outcome_new)
        result.evidence_ids.add(chunk.message.evidence_id)
    quarantine(connection, refused, now_s, quarantine_rows)
    result.quarantined = len(refused)
    return result


def _of(items: Iterable[Item], kind: type[K]) -> list[K]:
    return [item for item in items if isinstance(item, kind)]


def _count(result: BatchResult, new: bool) -> None:
    if new:
        result.stored += 1
    else:
        result.duplicates += 1


def _store_vehicles(connection: sa.Connection, batch: Sequence[Decoded], now_s: float) -> None:
    addresses = {m.address for m in batch if m.address is not None and m.items}
    insert_new(connection, t.vehicles, [vehicle_row(address, now_s) for address in addresses])


def vehicle_row(address: VehicleAddress, now_s: float) -> dict[str, Any]:
    """A row for a vehicle of which nothing is known yet."""
    return {
        "vehicle_id": address.vehicle_id,
        "interface": address.interface,
        "manufacturer": address.manufacturer,
        "serial_number": address.serial_number,
        "first_seen_s": now_s,
    }


def _store_factsheets(
    connection: sa.Connection, items: list[FactsheetItem], result: BatchResult
) -> None:
    for item in items:
        connection.execute(
            sa.update(t.vehicles)
            .where(t.vehicles.c.vehicle_id == item.vehicle_id)
            .values(factsheet=msgspec.json.decode(item.payload))
        )
        result.stored += 1


def _store_states(
    connection: sa.Connection, items: list[StateItem], now_s: float, result: BatchResult
) -> None:
    new = insert_new(connection, t.state_history, [_history_row(item, now_s) for item in items])
    result.stored += new
    result.states += new
    result.duplicates += len(items) - new
    newest: dict[str, StateItem] = {}
    for item in items:
        before = newest.get(item.vehicle_id)
        if before is None or _age_key(item) > _age_key(before):
            newest[item.vehicle_id] = item
    result.new_last_states = _forward_only(connection, newest, now_s)
    upsert(connection, t.last_state, [_last_row(i, now_s) for i in result.new_last_states])


def _age_key(item: StateItem) -> tuple[float, int]:
    return item.event_time_s, item.state.header_id


def _forward_only(
    connection: sa.Connection, newest: dict[str, StateItem], now_s: float
) -> list[StateItem]:
    c = t.last_state.c
    rows = connection.execute(
        sa.select(c.vehicle_id, c.event_time_s, c.header_id).where(c.vehicle_id.in_(newest))
    )
    stored = {row.vehicle_id: (row.event_time_s, row.header_id) for row in rows}
    return [
        item
        for vehicle_id, item in newest.items()
        if vehicle_id not in stored or _is_newer(item, stored[vehicle_id], now_s)
    ]


def _is_newer(item: StateItem, stored: tuple[float, int], now_s: float) -> bool:
    """Also of a clock that was ahead and has been set right: what it told before must not hide
    the vehicle until it is that late."""
    if _age_key(item) > stored:
        return True
    ahead_s = now_s + CLOCK_AHEAD_S
    return item.event_time_s <= ahead_s < stored[0] and not item.late


def _history_row(item: StateItem, now_s: float) -> dict[str, Any]:
    state, position = item.state, item.state.agv_position
    return {
        "vehicle_id": item.vehicle_id,
        "event_time_s": item.event_time_s,
        "header_id": state.header_id,
        "received_time_s": now_s,
        "late": item.late,
        "map_id": position.map_id if position else None,
        "x_m": position.x if position else None,
        "y_m": position.y if position else None,
        "heading_rad": position.theta if position else None,
        "speed_mps": state.velocity.vx if state.velocity else None,
        "battery_pct": state.battery_state.battery_charge,
        "driving": state.driving,
        "order_id": state.order_id,
        "last_node_id": state.last_node_id,
        "last_node_sequence_id": state.last_node_sequence_id,
        "errors": msgspec.json.encode(state.errors).decode() if state.errors else None,
    }


def _last_row(item: StateItem, now_s: float) -> dict[str, Any]:
    return {
        "vehicle_id": item.vehicle_id,
        "header_id": item.state.header_id,
        "event_time_s": item.event_time_s,
        "received_time_s": now_s,
        "payload": encode(item.state),
    }


def _store_connections(
    connection: sa.Connection, items: list[ConnectionItem], now_s: float, result: BatchResult
) -> None:
    for item in items:
        row = {
            "vehicle_id": item.vehicle_id,
            "header_id": item.message.header_id,
            "event_time_s": item.event_time_s,
            "received_time_s": now_s,
            "state": item.message.connection_state,
        }
        new = insert_new(connection, t.connections, [row]) > 0
        _count(result, new)
        if new:
            result.new_connections.append(item)


def quarantine(
    connection: sa.Connection, refused: Sequence[Decoded], now_s: float, keep_rows: int
) -> None:
    """Keep the newest malformed messages, with the reason."""
    rows = [
        {
            "received_time_s": now_s,
            "vehicle_id": message.address.vehicle_id if message.address else "",
            "topic": message.topic[:512].replace("\0", ""),
            "reason": (message.problem or "")[:512].replace("\0", ""),
            "payload": message.payload[:PAYLOAD_KEPT_BYTES],
        }
        for message in refused
    ]
    if not rows:
        return
    connection.execute(sa.insert(t.quarantine), rows)
    newest = sa.select(sa.func.max(t.quarantine.c.id)).scalar_subquery()
    connection.execute(sa.delete(t.quarantine).where(t.quarantine.c.id <= newest - keep_rows))
