"""LightClient: the product's envelope, spool, lanes and receiver around a light vehicle."""

from __future__ import annotations

from fleet_client.envelope import Envelope
from fleet_client.options import LinkHandlers, LinkOptions
from fleet_client.outbox import Outbox
from fleet_client.receiver import Receiver
from fleet_client.state_builder import MapRef
from patrol.clock import SimClock
from patrol.map import PatrolMap
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import VehicleSpec
from simulation.light_vehicle import LightVehicle
from simulation.vehicle.client_stage import STATE_EVERY_S, finish
from simulation.vehicle.radio import Packet, Radio

POSITION_EVERY_S = 0.5


class LightClient:
    """States at 1 Hz and at every change, positions between; orders and instant actions in."""

    def __init__(
        self,
        vehicle: LightVehicle,
        spec: VehicleSpec,
        patrol_map: PatrolMap,
        radio: Radio,
        address: VehicleAddress,
    ) -> None:
        self._vehicle, self._radio, self._address = vehicle, radio, address
        self._clock = SimClock()
        map_ref, options = MapRef.of(patrol_map), LinkOptions()
        self._envelope = Envelope(address, spec, map_ref, options)
        self.outbox = Outbox(self._envelope, self._clock, options, None)
        handlers = LinkHandlers(vehicle.accept_order, vehicle.instant_action, self._ask)
        self._receiver = Receiver(
            address, map_ref, handlers, self.outbox.acknowledge, lambda: None
        )
        self._connected = False
        self._state_s = self._position_s = float("-inf")

    def _ask(self) -> None:
        self._vehicle.changed = True

    def cycle(self, now_s: float) -> None:
        """Receive, report, send."""
        self._clock.advance(max(0.0, now_s - self._clock.now_s()))
        up = self._radio.connected(now_s)
        messages = self.outbox.on_connect(now_s) if up and not self._connected else []
        self._connected = up
        for packet in self._radio.to_vehicle(now_s):
            finish(self._receiver.receive(self._address.topic(packet.topic), packet.payload))
        self._report(now_s)
        messages += self.outbox.collect(now_s if up else None)
        messages += self.outbox.due(now_s) if up else []
        for message in messages:
            self._radio.from_vehicle(Packet(message.name, message.payload), now_s)

    def _report(self, now_s: float) -> None:
        vehicle = self._vehicle
        if vehicle.changed or now_s - self._state_s >= STATE_EVERY_S:
            vehicle.changed, self._state_s = False, now_s
            content = vehicle.content()
            known = {state.action_id for state in content.action_states}
            refusals, actions = self._receiver.refusals, self._receiver.action_states(known)
            self.outbox.put_state(
                lambda header_id, stamp: self._envelope.state(
                    content, refusals, actions, header_id, stamp
                )
            )
        if now_s - self._position_s >= POSITION_EVERY_S:
            self._position_s = now_s
            content = vehicle.content()
            if content.pose is not None:
                self.outbox.put_visualization(content.pose, content.speed_mps, 0.0)
