"""What every driver tells of its device, for logs and for `sunra base check`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from patrol_base.hardware.link import LinkState


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """A device by its name in the hardware file, and what it says of itself."""

    name: str
    state: LinkState
    reason: str  # what is wrong, for people; empty where nothing is
    identity: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, str] = field(default_factory=dict)
