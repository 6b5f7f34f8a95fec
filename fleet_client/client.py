"""FleetClient: the vehicle's side of the link to the fleet server."""

from __future__ import annotations

from pathlib import Path

from fleet_client.credentials import Credentials
from fleet_client.options import LinkHandlers, LinkOptions, LinkStatus
from fleet_client.state_builder import MapRef, StateContent
from patrol.clock import Clock, SystemClock
from patrol.errors import OrderError
from patrol.geometry import Pose2
from patrol.incident import Evidence, Incident
from patrol.vda5050.messages import Order
from patrol.vehicle import VehicleSpec


class FleetClient:
    """A VDA 5050 client with a spool; every `publish_`/`report_`/`submit_` returns at once.

    Run `await client.run()` in an event loop (a thread of its own in the ROS node); all other
    methods may be called from any thread, before, while and after it runs.
    """

    def __init__(
        self,
        credentials: Credentials,
        spec: VehicleSpec,
        map_ref: MapRef,
        handlers: LinkHandlers,
        *,
        spool_path: Path | None,  # None: nothing survives a restart (light vehicles)
        clock: Clock | None = None,  # event time; the link's timers use monotonic wall time
        options: LinkOptions | None = None,
        seed: int = 0,  # of the reconnect jitter
    ) -> None: ...

    async def run(self) -> None:
        """Keep the link up until `stop()`; then say OFFLINE, disconnect and close the spool."""

    def stop(self) -> None:
        """Make `run()` end cleanly."""

    @property
    def connected(self) -> bool:
        """Whether the broker connection is up."""

    def status(self) -> LinkStatus:
        """Counters and the spool's fill."""

    def publish_state(self, content: StateContent) -> None:
        """Spool a state with the present event time and send it in the live lane."""

    def publish_visualization(
        self, pose: Pose2, speed_mps: float, yaw_rate_radps: float = 0.0
    ) -> None:
        """Send position and speed, QoS 0, only while connected; never spooled."""

    def report_incident(self, incident: Incident) -> None:
        """Spool an incident revision; it is sent until the server has committed it."""

    def submit_evidence(self, evidence: Evidence) -> None:
        """Spool a file's content in chunks; sent after the incidents. The file may go then."""

    def reject(self, error: OrderError, order: Order | None = None) -> None:
        """Report a refusal found after a handler returned; it stands in the next states."""
