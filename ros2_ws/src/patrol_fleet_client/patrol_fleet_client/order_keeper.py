"""OrderKeeper: the order this vehicle is on, on disk, so that it survives any process.

The navigation process keeps its order in memory only. When it comes back with another boot_id,
the kept order is given to it again with the last node that was driven over and what was done.
An order that ended on a charger is given again, too: its current has to be watched on.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from navigation.types import NOTHING_DONE, AsLeft, Docked
from patrol.errors import OrderError
from patrol.vda5050.messages import Order
from patrol_fleet_client.order_file import Kept, OrderFile

ENDED_MODES = ("IDLE", "FINISHED")


@dataclass(frozen=True, slots=True)
class Progress:
    """What navigation says of its order; `remaining` are sequence ids of nodes ahead."""

    order_id: str
    order_update_id: int
    last_sequence_id: int
    remaining: Sequence[int]
    mode: str
    paused: bool
    actions_done: bool
    as_left: AsLeft = NOTHING_DONE  # instant actions may be among its actions


def merge(kept: Order, update: Order) -> Order:
    """The whole order after an update that begins where its base ends (VDA 5050, clause 6.6.2).

    Actions of the node both share stay as they were. Raises OrderError where it begins elsewhere.
    """
    nodes = [node for node in kept.nodes if node.released]
    first, end = update.nodes[0], nodes[-1]
    if (first.sequence_id, first.node_id) != (end.sequence_id, end.node_id):
        raise OrderError(
            f"order {update.order_id}: the update begins at node {first.node_id}"
            f" (sequenceId {first.sequence_id}), but the base ends at node {end.node_id}"
            f" (sequenceId {end.sequence_id})",
            "orderUpdateError",
            orderId=update.order_id,
        )
    edges = [edge for edge in kept.edges if edge.sequence_id < end.sequence_id]
    return msgspec.structs.replace(
        update, nodes=[*nodes, *update.nodes[1:]], edges=[*edges, *update.edges]
    )


class OrderKeeper:
    """Holds one order; one that is taken is on disk before it counts. For any thread.

    How far it got is written beside the caller (`OrderFile`), so that what the vehicle says of
    itself never waits for the disk.

    `run_id` tells starts of the whole vehicle apart: an order of an earlier one is paused
    until a person lets it go on, who knows what became of the vehicle meanwhile.
    """

    def __init__(self, path: Path, run_id: str = "") -> None:
        self._file = OrderFile(path, run_id)
        self._lock = threading.Lock()
        self.kept = self._file.newest

    @property
    def trouble(self) -> str:
        """Why the newest change is not on disk; empty where it is, or is on its way there."""
        return self._file.trouble

    def settle(self) -> None:
        """Wait for what is on its way to the disk."""
        self._file.settle()

    def is_repeated(self, order: Order) -> bool:
        """Whether this very order or update was taken before (redelivered by the broker)."""
        kept = self.kept
        return (
            kept is not None
            and kept.order.order_id == order.order_id
            and order.order_update_id <= kept.order.order_update_id
        )

    def take(self, order: Order) -> Kept:
        """Keep a new order or merge an update, wait for the disk, and return what is kept.

        Raises OrderError for an update that fits not.
        """
        with self._lock:
            before = self.kept
            if before is not None and before.order.order_id == order.order_id:
                kept = replace(before, order=merge(before.order, order), ended=False)
            else:
                kept = Kept(order, paused=before.paused if before else False)
            written = self._keep(kept)
        written.result()
        return kept

    def put(self, kept: Kept | None) -> None:
        """Set what is kept (also to undo a `take` that navigation refused)."""
        with self._lock:
            if kept != self.kept:
                self._keep(kept)

    def note(self, progress: Progress) -> None:
        """Remember how far navigation has come with the kept order."""
        with self._lock:
            if self.kept is not None and progress.order_id == self.kept.order.order_id:
                noted = _noted(self.kept, progress)
                if noted != self.kept:
                    self._keep(noted)

    def _keep(self, kept: Kept | None) -> Future[None]:
        self.kept = kept
        return self._file.save(kept)

    def to_resume(self) -> Kept | None:
        """What a navigation process without an order must be given; None for nothing."""
        kept = self.kept
        if kept is None or (kept.ended and kept.as_left.docked is Docked.NO):
            return None
        return kept


def _noted(kept: Kept, progress: Progress) -> Kept:
    reached = kept.reached_sequence_id
    first = kept.order.nodes[0].sequence_id
    if not progress.remaining or progress.remaining[0] > first:
        reached = max(reached, progress.last_sequence_id)
    is_newest = progress.order_update_id >= kept.order.order_update_id
    charged = progress.mode == "CHARGING" and not progress.remaining and progress.actions_done
    ended = kept.ended or (is_newest and (progress.mode in ENDED_MODES or charged))
    own = {action.action_id for node in kept.order.nodes for action in node.actions}
    done = tuple(state for state in progress.as_left.actions if state.action_id in own)
    as_left = replace(progress.as_left, actions=done)
    return replace(
        kept,
        reached_sequence_id=reached,
        paused=progress.paused,
        ended=ended,
        as_left=as_left,
        waits=kept.waits and progress.paused and not ended,
    )
