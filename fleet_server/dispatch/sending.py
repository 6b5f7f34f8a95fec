"""Orders, and what operators ask for at once, on their way to vehicles."""

from __future__ import annotations

import logging

from fleet_server.config import DispatchConfig
from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.orders import asked_action, build_order
from fleet_server.instant_actions import HeaderIds, InstantSender, Publish
from patrol.clock import Clock, iso_utc
from patrol.map import PatrolMap
from patrol.vda5050.messages import encode
from patrol.vda5050.topic_names import VehicleAddress, qos_of

log = logging.getLogger(__name__)


class Sending:
    """`order` and `action`; what has to outlast the server is kept before it is called."""

    def __init__(self, config: DispatchConfig, clock: Clock, publish: Publish) -> None:
        self._config, self._clock, self._publish = config, clock, publish
        self._header_ids = HeaderIds(clock)
        self._instant = InstantSender(clock, publish)

    def order(
        self, assignment: Assignment, address: VehicleAddress, patrol_map: PatrolMap
    ) -> None:
        """An order, or its latest update; one that does not get out is sent again later."""
        order = build_order(
            assignment.route,
            assignment.progress,
            patrol_map,
            address,
            self._config.horizon_edges,
            self._header_ids.next(),
            iso_utc(self._clock.now_s()),
        )
        if not self._publish(address.topic("order"), encode(order), qos_of("order")):
            log.warning("order_waits assignment=%s: no broker", assignment.assignment_id)
            return
        log.info(
            "order_sent assignment=%s vehicle=%s order=%s update=%d released_to=%d",
            assignment.assignment_id,
            assignment.vehicle_id,
            order.order_id,
            order.order_update_id,
            assignment.progress.released_to,
        )

    def action(
        self, address: VehicleAddress, action: str, action_id: str, message: str = ""
    ) -> bool:
        """An instant action, `message` to be announced; False without a broker."""
        return self._instant.send([asked_action(action, action_id, message)], address)
