"""Beacon, siren and announcements: messages ↔ the values of `navigation`; pure."""

from __future__ import annotations

from patrol_interfaces.msg import AttentionCommand, AttentionState

from navigation.messages import attention_of
from navigation.types import Announcement, AttentionOrder, AttentionReport
from patrol_ros.stamps import header_of


def message_of_order(order: AttentionOrder, stamp_s: float) -> AttentionCommand:
    """What the base shall show and say."""
    said = order.announcement
    return AttentionCommand(
        header=header_of(stamp_s),
        beacon=order.beacon,
        siren=order.siren,
        announcement_id=said.announcement_id if said else "",
        announcement=said.text if said else "",
    )


def order_of(message: AttentionCommand) -> AttentionOrder:
    """The same, heard."""
    said = None
    if message.announcement_id:
        said = Announcement(message.announcement_id, message.announcement)
    return AttentionOrder(message.beacon, message.siren, said)


def message_of_report(report: AttentionReport) -> AttentionState:
    """What the base shows and says."""
    return AttentionState(
        header=header_of(report.stamp_s),
        beacon=report.beacon,
        siren=report.siren,
        announcement_id=report.announcement_id,
        speech=report.speech.value,
        reason=report.reason,
    )


report_of = attention_of  # the same, heard
