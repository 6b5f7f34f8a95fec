"""How an assignment stands: what was sent, and what came of it.

The order is released piece by piece (base) and shown further (horizon). A piece ends at a node
without actions, so no action stands on the node where two updates meet, or at a dock where the
vehicle charges on the way: what comes after it is released when the charge is over (`charging`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import msgspec

from fleet_server.config import DispatchConfig
from fleet_server.dispatch.changes import OPEN_PHASES, Change, Diversion
from fleet_server.dispatch.route import Route

TERMINAL = ("FINISHED", "FAILED")


class Former(msgspec.Struct, frozen=True):
    """The order before a change, as far as the patrol goes on with it should the vehicle refuse.

    `over` are the ids of its actions that are not to be done again.
    """

    route: Route
    reached: int
    begun: bool
    charged: int
    skipped: list[int]
    missed: list[int]
    over: list[str]


class Progress(msgspec.Struct):
    """What was sent, and what came of it; kept in the database."""

    order_id: str
    order_number: int = 1
    order_update_id: int = 0
    base_from: int = 0  # node index at which the last update begins
    released_to: int = 0  # node index up to which the vehicle may drive
    reached: int = 0  # node index of the last node passed
    accepted: bool = False  # a state has shown the order
    sent_at_s: float | None = None
    lost_since_s: float | None = None
    cancel_requested_at_s: float | None = None
    cancel_sent_at_s: float | None = None
    visited: dict[int, float] = {}  # visit index → event time
    charged: int = 0  # charges on the way that are over
    charging_since_s: float | None = None  # event time, of the charge that is next
    begun: bool = False  # it has reached the route's first node
    change: Change | None = None  # what an operator has asked for, until it is made
    former: Former | None = None  # what this order changes, until the vehicle takes it
    may_drop: bool = False  # it was asked to drop this order once, and may still do so
    notice: str | None = None  # why a change was not made
    diversions: list[Diversion] = []
    skipped: list[int] = []  # visits that an operator has left out
    missed: list[int] = []  # visits that an order before this one could not do

    @property
    def is_settled(self) -> bool:
        """The vehicle has taken the order, and nobody has asked it to drop it."""
        is_asked = self.change is not None or self.cancel_requested_at_s is not None
        return self.accepted and not is_asked

    @property
    def diversion(self) -> Diversion | None:
        """The one under way: there is at most one."""
        return next((d for d in self.diversions if d.phase in OPEN_PHASES), None)


class Need(Enum):
    """What the dispatcher must do next."""

    NOTHING = "nothing"
    SEND_ORDER = "send_order"
    SEND_CANCEL = "send_cancel"
    REPLAN = "replan"
    CHANGE = "change"


@dataclass(slots=True)
class Decision:
    """The next progress and status, and what to do."""

    progress: Progress
    status: str
    reason: str | None
    need: Need = Need.NOTHING
    newly_visited: dict[int, float] = field(default_factory=dict)


def base_end(route: Route, from_index: int, edges: int, charged: int = 0) -> int:
    """The node index at which a base that starts here ends, after so many charges on the way."""
    left = route.charges[charged:]
    furthest = left[0].node_index if left else route.last_index
    index = min(from_index + edges, furthest)
    while index < furthest and route.has_action(index):
        index += 1
    return index


def first_progress(route: Route, order_id: str, number: int, config: DispatchConfig) -> Progress:
    """A new order with its first base, not sent yet."""
    return Progress(
        order_id, order_number=number, released_to=base_end(route, 0, config.base_edges)
    )
