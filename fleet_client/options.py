"""How the link behaves: intervals, limits, and what it tells of itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from patrol.person_search import PersonSearch
from patrol.signals import SignalDark, SignalState
from patrol.vda5050.init_position import InitialPosition
from patrol.vda5050.messages import Action, Order
from patrol.vda5050.release import Release


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """Timers and limits of the link; wall-clock seconds."""

    keepalive_s: int = 10
    connect_timeout_s: float = 10.0
    reconnect_min_s: float = 0.5
    reconnect_max_s: float = 10.0
    ack_timeout_s: float = 5.0  # then the message goes out again; doubles up to the next line
    ack_timeout_max_s: float = 60.0
    backfill_batch: int = 50  # states a Backfill message
    backfill_rate_hz: float = 4.0  # Backfill messages a second, so the live lane stays free
    evidence_window: int = 4  # evidence chunks under way at once
    evidence_chunk_bytes: int = 128 * 1024  # of the file; base64 makes it a third longer
    max_payload_bytes: int = 512 * 1024  # the broker closes the connection above its limit
    spool_max_bytes: int = 512 * 1024 * 1024
    spool_max_states: int = 100_000  # a day at 1 Hz; then the oldest are thinned
    persistent_session: bool = True  # orders sent while the vehicle is away wait at the broker
    min_order_interval_s: float = 0.2  # told in the factsheet


@dataclass(frozen=True, slots=True)
class LinkHandlers:
    """What the vehicle does with what arrives; called in the client's event loop.

    Each may be a plain function or a coroutine function; to refuse, raise OrderError (it becomes
    a VDA error in the state, with references). A plain function must return at once.
    """

    on_order: Callable[[Order], Awaitable[None] | None]
    on_instant_action: Callable[[Action], Awaitable[None] | None]
    on_state_request: Callable[[], Awaitable[None] | None] | None = None  # publish a state now
    # Whom to look for: ALL open searches, whenever they change. None: it looks for nobody.
    on_searches: Callable[[tuple[PersonSearch, ...]], Awaitable[None] | None] | None = None
    # Give out sealed originals. None: this vehicle keeps none.
    on_release: Callable[[Release], Awaitable[None] | None] | None = None
    # Pedestrian lights of its map, each time that they are seen anew. None: it is told none.
    on_signals: Callable[[tuple[SignalState | SignalDark, ...]], Awaitable[None] | None] | None = (
        None
    )
    # Begin anew where a person says that it stands. None: this vehicle takes nobody's word for it.
    on_init_position: Callable[[InitialPosition], Awaitable[None] | None] | None = None


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """What the link says of itself; counts since the start unless said otherwise."""

    connected: bool
    connected_since_s: float | None  # event time
    connects: int
    spooled_states: int  # waiting for the server's acknowledgement, now
    spooled_incidents: int
    spooled_evidence: int
    spool_bytes: int
    spool_durable: bool  # False: in memory only (disk full, or asked for)
    states_thinned: int  # dropped by the spool's policy
    messages_sent: int
    messages_acked: int
    orders_received: int
    rejected: int  # received messages that were refused
