"""VehicleNode: a node whose topics, types, QoS and rates come from `patrol.topics`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.timer import Timer

from patrol.errors import ConfigError
from patrol.topics import Qos, topic_row

_RELIABLE, _BEST_EFFORT = ReliabilityPolicy.RELIABLE, ReliabilityPolicy.BEST_EFFORT
_VOLATILE, _KEPT = DurabilityPolicy.VOLATILE, DurabilityPolicy.TRANSIENT_LOCAL

# QoS name → reliability, durability, depth
_PROFILES = {
    Qos.SENSOR: (_BEST_EFFORT, _VOLATILE, 1),
    Qos.RELIABLE: (_RELIABLE, _VOLATILE, 10),
    Qos.JOURNAL: (_RELIABLE, _KEPT, 50),
}


def qos_profile(qos: Qos) -> QoSProfile:
    """The ROS profile of a row of the topic table."""
    reliability, durability, depth = _PROFILES[qos]
    return QoSProfile(
        reliability=reliability,
        durability=durability,
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
    )


def message_type(name: str) -> Any:
    """The class of `package/msg/Name`."""
    package, kind, message = name.split("/")
    return getattr(import_module(f"{package}.{kind}"), message)


class VehicleNode(Node):
    """A node that says what it reads and writes by topic name alone."""

    def topic_publisher(self, name: str) -> Callable[[Any], None]:
        """The publish function of a topic of the table."""
        row = topic_row(name)
        publisher = self.create_publisher(message_type(row.type), name, qos_profile(row.qos))
        publish: Callable[[Any], None] = publisher.publish
        return publish

    def topic_subscription(
        self,
        name: str,
        callback: Callable[[Any], None],
        *,
        raw: bool = False,
        depth: int | None = None,
    ) -> None:
        """Call back with every message of a topic of the table; `raw`: with its CDR bytes.

        `depth`: how many may wait, where the newest is not all that counts.
        """
        row = topic_row(name)
        kind, qos = message_type(row.type), qos_profile(row.qos)
        qos.depth = depth or qos.depth
        self.create_subscription(kind, name, callback, qos, raw=raw)

    def every(self, rate_hz: float, callback: Callable[[], None]) -> Timer:
        """Call back at a rate on the node's clock (`/clock` in simulation)."""
        return self.create_timer(1.0 / rate_hz, callback)

    def now_s(self) -> float:
        """Seconds since the epoch on the node's clock; 0 before the first `/clock`."""
        return float(self.get_clock().now().nanoseconds) * 1e-9

    def text(self, name: str, default: str = "") -> str:
        """A text parameter."""
        return str(self.declare_parameter(name, default).value)

    def number(self, name: str, default: float) -> float:
        """A number parameter (float)."""
        return float(self.declare_parameter(name, default).value)

    def flag(self, name: str, default: bool) -> bool:
        """A true or false parameter."""
        return bool(self.declare_parameter(name, default).value)

    def path(self, name: str) -> Path:
        """A file or folder parameter; raises ConfigError where it is not given."""
        value = self.text(name)
        if not value:
            raise ConfigError(f"node {self.get_name()}: parameter {name!r} is missing")
        return Path(value)

    def event(self, name: str, **facts: object) -> None:
        """One log line for a state change: `name key=value …`."""
        self.get_logger().info(" ".join([name, *(f"{k}={v}" for k, v in facts.items())]))

    def close(self) -> None:
        """Let go of files and threads; called once, before the node is destroyed."""
