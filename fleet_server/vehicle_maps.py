"""Which maps a vehicle says it has (VDA 5050 2.1.0, clause 6.7: the state's `maps`)."""

from __future__ import annotations

from patrol.vda5050.messages import MapInfo, State


def enabled_map(state: State | None) -> MapInfo | None:
    """The map a vehicle drives on; None where it does not say. With several, that of its pose."""
    enabled = [m for m in (state.maps if state else None) or [] if m.map_status == "ENABLED"]
    if state is not None and state.agv_position is not None:
        here = [m for m in enabled if m.map_id == state.agv_position.map_id]
        return here[0] if here else None
    return enabled[0] if enabled else None


def status_of(state: State, map_id: str, version: str) -> str | None:
    """ENABLED or DISABLED: the vehicle has read this version back; None where it is not there."""
    for info in state.maps or []:
        if (info.map_id, info.map_version) == (map_id, version):
            return info.map_status
    return None


def spare_versions(state: State, map_id: str, keep: set[str], most: int) -> list[str]:
    """The oldest versions that are not in use, where a vehicle has more than `most`."""
    versions = [m for m in state.maps or [] if m.map_id == map_id]
    spare = [
        m.map_version for m in versions if m.map_status == "DISABLED" and m.map_version not in keep
    ]
    return spare[: max(0, len(versions) - most)]
