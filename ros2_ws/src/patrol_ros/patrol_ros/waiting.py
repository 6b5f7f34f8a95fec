"""Messages that wait in a subscription, all at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rclpy.subscription import Subscription


def waiting(subscription: Subscription) -> Iterator[Any]:
    """All of them, oldest first (bytes where it is raw), instead of its callback.

    An executor gives each subscription one message a turn. A node whose turn takes half a second
    would hear a topic of 20 Hz ever later, or with a short queue but a tenth of it.
    """
    while True:
        with subscription.handle:
            taken = subscription.handle.take_message(subscription.msg_type, subscription.raw)
        if taken is None:
            return
        yield taken[0]
