"""The kept order on disk, written beside its callers: a slow disk holds up no callback."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from navigation.types import NOTHING_DONE, AsLeft, Docked
from patrol.errors import OrderError
from patrol.vda5050.messages import ActionState, Order, decode, encode
from patrol.whole_file import read_object, write_object

log = logging.getLogger(__name__)

NEW_ORDER = -1  # of ExecuteOrder's resume_from_sequence_id


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


class OrderFile:
    """One file with the newest that is kept, or none. For any thread.

    What is new while the disk is busy is written once it is not, and of several the last alone.
    A full disk stops no patrol: each change tries it again, and what is left on it is never
    another order than the one that is kept.
    """

    def __init__(self, path: Path, run_id: str) -> None:
        self._path, self._run_id = path, run_id
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, "order-file")
        self.newest = _read(path, run_id)  # what the disk has, or is to have
        self._on_disk = self.newest.order.order_id if self.newest is not None else None
        self._due: Future[None] | None = None
        self.trouble = ""  # why the newest change is not on disk

    def save(self, kept: Kept | None) -> Future[None]:
        """Have it written, without waiting; done once the disk has it, or has refused it."""
        with self._lock:
            self.newest = kept
            if self._due is None or self._due.running() or self._due.done():
                self._due = self._worker.submit(self._write_newest)
            return self._due

    def settle(self) -> None:
        """Wait for what is on its way to the disk."""
        with self._lock:
            due = self._due
        if due is not None:
            due.result()

    def _write_newest(self) -> None:
        with self._lock:
            kept = self.newest
        try:
            if kept is None:
                self._forget()
            else:
                self._write(kept)
        except OSError as error:
            if not self.trouble:
                order_id = kept.order.order_id if kept is not None else ""
                log.error("order_unsaved order=%s error=%s", order_id, error)
            self.trouble = str(error)
            return
        self.trouble = ""

    def _write(self, kept: Kept) -> None:
        order_id = kept.order.order_id
        try:
            write_object(self._path, {**_document(kept), "run_id": self._run_id})
        except OSError:
            if self._on_disk not in (None, order_id):
                self._forget()
            raise
        self._on_disk = order_id

    def _forget(self) -> None:
        self._path.unlink(missing_ok=True)
        self._on_disk = None


def _read(path: Path, run_id: str) -> Kept | None:
    """What an earlier process has kept, paused where the vehicle was started anew."""
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
