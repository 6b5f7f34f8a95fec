"""What perception reported while the fleet client was dead reaches the next one (real DDS)."""

from __future__ import annotations

import time

from patrol_bringup.environment import activate


def test_a_reader_that_starts_late_reads_the_journal_in_order() -> None:
    activate(domain_id=87)
    import rclpy
    from patrol_interfaces.msg import Incident

    from patrol_ros.node import VehicleNode

    context = rclpy.Context()
    rclpy.init(context=context)
    executor = rclpy.executors.SingleThreadedExecutor(context=context)
    try:
        perception = VehicleNode("journal_writer", context=context)
        publish = perception.topic_publisher("/perception/incident")
        perception.begin()
        for revision in range(1, 6):
            publish(Incident(incident_id="a", revision=revision))
        seen: list[int] = []
        client = VehicleNode("journal_reader", context=context)
        client.topic_subscription("/perception/incident", lambda m: seen.append(m.revision))
        executor.add_node(client)
        deadline_s = time.monotonic() + 20.0
        while len(seen) < 5 and time.monotonic() < deadline_s:
            executor.spin_once(timeout_sec=0.1)
        assert seen == [1, 2, 3, 4, 5]
    finally:
        executor.shutdown()
        rclpy.shutdown(context=context)
