"""The named alternatives: the gate as it is, but for its foresight, or for its ears behind."""

from __future__ import annotations

from collections.abc import Sequence

from navigation.safety.approach import Approach
from navigation.safety.gate import SafetyGate
from navigation.safety.overtaken import Overtaken
from patrol.vehicle import VehicleSpec


class _NobodyComes(Approach):
    def is_coming(
        self, curves: Sequence[float], speed_mps: float, direction: float, now_s: float
    ) -> bool:
        return False


class _NobodyBehind(Overtaken):
    def is_reached(self, curves: Sequence[float], speed_mps: float, now_s: float) -> bool:
        return False


def without_foresight(spec: VehicleSpec) -> SafetyGate:
    """A gate that stops for what is in the swept path, by lidar and rangers, and nobody else."""
    gate = SafetyGate(spec)
    gate._approach = _NobodyComes(spec)
    return gate


def without_ears_behind(spec: VehicleSpec) -> SafetyGate:
    """A gate that does not hear who comes up from behind."""
    gate = SafetyGate(spec)
    gate._overtaken = _NobodyBehind(spec)
    return gate
