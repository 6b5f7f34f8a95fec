"""VehicleNode: a node whose topics, types, QoS and rates come from `patrol.topics`.

It is a lifecycle node (ROS 2 managed nodes, design.ros2.org/articles/node_lifecycle). Its
constructor reads its parameters, so `configure` has nothing left to do and `cleanup` is refused:
start the process anew. While it is not active its timers rest and it writes nothing. To whoever
reads it that is what its death is, and against that every reader is safe.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, ParameterDescriptor
from rclpy.clock import Clock
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.subscription import Subscription
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
    Qos.LATCHED: (_RELIABLE, _KEPT, 1),
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


class VehicleNode(LifecycleNode):
    """A node that says what it reads and writes by topic name alone; `begin` makes it active."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **options)
        self.is_active = False

    def begin(self) -> None:
        """Configure and activate it, unless its parameter `autostart` is false.

        Raises RuntimeError where a transition fails: the supervisor starts the process anew.
        """
        if not self.flag("autostart", True):
            return
        for change in (self.trigger_configure, self.trigger_activate):
            if change() != TransitionCallbackReturn.SUCCESS:
                raise RuntimeError(f"node {self.get_name()} cannot become active")

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """From now on it writes."""
        result = super().on_activate(state)
        self.is_active = True
        self.event("node_active")
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """From now on it is silent."""
        self.is_active = False
        self.event("node_inactive")
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Refused: parameters are read when the process starts."""
        self.event("cleanup_refused", why="'start the process anew'")
        return TransitionCallbackReturn.FAILURE

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """For good silent."""
        self.is_active = False
        self.event("node_shut_down")
        return super().on_shutdown(state)

    def topic_publisher(self, name: str) -> Callable[[Any], None]:
        """The publish function of a topic of the table."""
        row = topic_row(name)
        kind, qos = message_type(row.type), qos_profile(row.qos)
        publisher = self.create_lifecycle_publisher(kind, name, qos)
        publish: Callable[[Any], None] = publisher.publish
        return publish

    def topic_subscription(
        self,
        name: str,
        callback: Callable[[Any], None],
        *,
        raw: bool = False,
        depth: int | None = None,
    ) -> Subscription:
        """Call back with every message of a topic of the table; `raw`: with its CDR bytes.

        `depth`: how many may wait, where the newest is not all that counts.
        """
        row = topic_row(name)
        kind, qos = message_type(row.type), qos_profile(row.qos)
        qos.depth = depth or qos.depth
        return self.create_subscription(kind, name, callback, qos, raw=raw)

    def every(
        self, rate_hz: float, callback: Callable[[], None], clock: Clock | None = None
    ) -> Timer:
        """Call back at a rate while it is active, on a clock or the node's own (`/clock` in
        simulation)."""

        def turn() -> None:
            if self.is_active:
                callback()

        return self.create_timer(1.0 / rate_hz, turn, clock=clock)

    def now_s(self) -> float:
        """Seconds since the epoch on the node's clock; 0 before the first `/clock`."""
        return float(self.get_clock().now().nanoseconds) * 1e-9

    def text(self, name: str, default: str = "") -> str:
        """A text parameter; raises ConfigError."""
        return str(self._parameter(name, default, ParameterDescriptor(read_only=True)))

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """A number parameter (float) from a range, its ends included; raises ConfigError."""
        reach = FloatingPointRange(from_value=float(low), to_value=float(high))
        described = ParameterDescriptor(read_only=True, floating_point_range=[reach])
        return float(self._parameter(name, float(default), described))

    def flag(self, name: str, default: bool) -> bool:
        """A true or false parameter; raises ConfigError."""
        return bool(self._parameter(name, default, ParameterDescriptor(read_only=True)))

    def _parameter(self, name: str, default: Any, described: ParameterDescriptor) -> Any:
        """Its value: what was given at the start, which nobody may change after it."""
        try:
            return self.declare_parameter(name, default, described).value
        except (InvalidParameterTypeException, InvalidParameterValueException) as error:
            raise ConfigError(f"node {self.get_name()}: {error}") from None

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
