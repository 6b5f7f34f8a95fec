"""OrderKeeper: the order this vehicle is on, on disk, so that it survives any process.

The navigation process keeps its order in memory only. When it comes back with another boot_id,
the kept order is given to it again with the last node that was driven over and what was done.
An order that ended on a charger is given again, too: its current has to be watched on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from navigation.types import NOTHING_DONE, AsLeft, Docked
from patrol.errors import OrderError
from patrol.vda5050.messages import ActionState, Order, decode, encode
from patrol.whole_file import read_object, write_object

log = logging.getLogger(__name__)

NEW_ORDER = -1  # of ExecuteOrder's resume_from_sequence_id
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


@dataclass(frozen=True, slots=True)
class Kept:
    """An order with all updates merged, and how far it got (`NEW_ORDER`: no node yet).

    `waits`: paused because the whole vehicle was started anew, and nobody has said go on yet.
    """

    order: Order
    reached_sequence_id: int = NEW_ORDER
    paused: bool = False
    ended: bool = False
    as_left: AsLeft = NOTHING_DONE
    waits: bool = False


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
    """Holds one order; every change is on disk before it counts. For any thread.

    A full disk stops no patrol: then the order goes on in memory, and each change tries the disk
    again. What is left on it is never another order than the one that is kept.

    `run_id` tells starts of the whole vehicle apart: an order of an earlier one is paused
    until a person lets it go on, who knows what became of the vehicle meanwhile.
    """

    def __init__(self, path: Path, run_id: str = "") -> None:
        self._path, self._run_id = path, run_id
        self._lock = threading.RLock()
        self.kept = _load(path, run_id)
        self._on_disk = self.kept.order.order_id if self.kept is not None else None
        self.trouble = ""  # why the newest change is not on disk

    def is_repeated(self, order: Order) -> bool:
        """Whether this very order or update was taken before (redelivered by the broker)."""
        kept = self.kept
        return (
            kept is not None
            and kept.order.order_id == order.order_id
            and order.order_update_id <= kept.order.order_update_id
        )

    def take(self, order: Order) -> Kept:
        """Keep a new order or merge an update, and return what is kept.

        Raises OrderError for an update that fits not.
        """
        with self._lock:
            before = self.kept
            if before is not None and before.order.order_id == order.order_id:
                kept = replace(before, order=merge(before.order, order), ended=False)
            else:
                kept = Kept(order, paused=before.paused if before else False)
            self.put(kept)
            return kept

    def put(self, kept: Kept | None) -> None:
        """Set what is kept (also to undo a `take` that navigation refused)."""
        with self._lock:
            if kept == self.kept:
                return
            self.kept = kept
            if kept is None:
                self._forget()
            else:
                self._write(kept)

    def _forget(self) -> None:
        self._path.unlink(missing_ok=True)
        self._on_disk = None

    def _write(self, kept: Kept) -> None:
        order_id = kept.order.order_id
        try:
            write_object(self._path, {**_document(kept), "run_id": self._run_id})
        except OSError as error:
            if not self.trouble:
                log.error("order_unsaved order=%s error=%s", order_id, error)
            self.trouble = str(error)
            if self._on_disk not in (None, order_id):
                self._forget()
            return
        self._on_disk, self.trouble = order_id, ""

    def note(self, progress: Progress) -> None:
        """Remember how far navigation has come with the kept order."""
        with self._lock:
            if self.kept is not None and progress.order_id == self.kept.order.order_id:
                self.put(_noted(self.kept, progress))

    def to_resume(self) -> Kept | None:
        """What a navigation process without an order must be given; None for nothing."""
        kept = self.kept
        if kept is None or (kept.ended and kept.as_left.docked is Docked.NO):
            return None
        return kept


def _load(path: Path, run_id: str) -> Kept | None:
    saved = read_object(path)
    if not saved:
        return None
    try:
        ended = bool(saved["ended"])
        waits = bool(saved.get("waits")) or (saved.get("run_id") != run_id and not ended)
        return Kept(
            decode(str(saved["order"]).encode(), Order),
            int(saved["reached_sequence_id"]),
            bool(saved["paused"]) or waits,
            ended,
            _as_left_in(saved),
            waits,
        )
    except (KeyError, TypeError, ValueError, OrderError, msgspec.ValidationError):
        return None  # half-written by an older version: the server still has the order


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


def _document(kept: Kept) -> dict[str, object]:
    return {
        "order": encode(kept.order).decode(),
        "reached_sequence_id": kept.reached_sequence_id,
        "paused": kept.paused,
        "ended": kept.ended,
        "waits": kept.waits,
        "done": msgspec.to_builtins(kept.as_left.actions),
        "docked": kept.as_left.docked.value,
    }


def _as_left_in(saved: dict[str, Any]) -> AsLeft:
    """What is kept of the order's actions; an older version kept nothing of them."""
    actions = msgspec.convert(saved.get("done", []), tuple[ActionState, ...])
    return AsLeft(actions, Docked(saved.get("docked", "")))
