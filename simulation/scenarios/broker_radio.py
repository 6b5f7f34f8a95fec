"""BrokerRadio: a vehicle's radio whose messages also go over a real broker, to a fleet server.

The scenario's own control room hears the vehicle as ever. What the server says (acknowledgements,
an operator's commands from the console) reaches the vehicle beside what the room says. The link's
weather holds for both: while a scenario's link is down, nothing passes to or from the broker.
"""

from __future__ import annotations

import dataclasses

from fleet_client.credentials import Credentials
from fleet_client.outbox import Outbox
from patrol.vda5050.messages import ConnectionStatus
from patrol.vda5050.topic_names import EXTENSION_TO_VEHICLE, TO_VEHICLE
from simulation.scenarios.broker_line import BrokerLine
from simulation.scenarios.trace import Sample, Trace
from simulation.vehicle.library import LibraryVehicle
from simulation.vehicle.radio import Packet, Radio

POSITION_EVERY = 10  # samples: 2 Hz


@dataclasses.dataclass
class BrokerRadio(Radio):
    """In memory until `attach` gives it a broker."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._line: BrokerLine | None = None
        self._outbox: Outbox | None = None
        self._was_up = True

    def attach(self, credentials: Credentials, outbox: Outbox) -> None:
        """Log in as the vehicle whose outbox this is; it says ONLINE and what it is."""
        self._outbox = outbox
        self._line = BrokerLine(
            credentials,
            f"{credentials.manufacturer}_{credentials.serial_number}",
            (*TO_VEHICLE, *EXTENSION_TO_VEHICLE),
            _connection(outbox, "CONNECTIONBROKEN"),
            (_connection(outbox, "ONLINE"),),
        )
        self._line.send(Packet("factsheet", outbox.factsheet().payload))

    @property
    def attached(self) -> bool:
        """Whether the broker is at the other end."""
        return self._line is not None and self._line.connected

    def step(self, now_s: float) -> None:
        """Tell the broker when the scenario's link goes down and comes up."""
        super().step(now_s)
        if self._was_up is not self.weather.up:
            self._was_up = self.weather.up
            self._say("ONLINE" if self.weather.up else "CONNECTIONBROKEN")

    def from_vehicle(self, packet: Packet, now_s: float) -> None:
        """The vehicle sends, to both."""
        super().from_vehicle(packet, now_s)
        if self._line is not None and self.weather.up:
            self._line.send(packet)

    def to_vehicle(self, now_s: float) -> list[Packet]:
        """What arrives at the vehicle now, from both; the broker keeps what comes meanwhile."""
        packets = super().to_vehicle(now_s)
        if self._line is not None and self.weather.up:
            packets += self._line.received()
        return packets

    def close(self) -> None:
        """Say OFFLINE and hang up."""
        if self._line is not None:
            self._say("OFFLINE")
            self._line.close()

    def _say(self, status: ConnectionStatus) -> None:
        if self._line is not None and self._outbox is not None:
            self._line.send(_connection(self._outbox, status))


def _connection(outbox: Outbox, status: ConnectionStatus) -> Packet:
    return Packet("connection", outbox.connection(status).payload)


class Reporter:
    """Sends between states what the console shows besides: positions at 2 Hz, incidents."""

    def __init__(self) -> None:
        self._samples = self._incidents = 0

    def see(self, vehicle: LibraryVehicle, sample: Sample) -> None:
        """Hand over what is new."""
        self._samples += 1
        outbox, estimate = vehicle.client.outbox, vehicle.bus.pose.value
        if self._samples % POSITION_EVERY == 0 and estimate is not None:
            outbox.put_visualization(estimate.pose, estimate.speed_mps, estimate.yaw_rate_radps)
        found = vehicle.perception.incidents
        for _, incident in found[self._incidents :]:
            outbox.put_incident(incident)
        self._incidents = len(found)

    def close(self, trace: Trace) -> None:
        """Nothing is left to do."""
