"""Maps of light vehicles: each takes part in a publication, the fleet keeps one copy of each map.

A map that two hundred vehicles have downloaded is parsed once: what makes it the same is the
SHA-256 of the package that each of them has received and checked.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from fleet_client.map_actions import SwitchEnd, VehicleMaps
from fleet_client.map_store import check_arrived
from fleet_client.state_builder import MapRef
from patrol.map import PatrolMap
from patrol.map_geojson import parse_map
from patrol.vda5050.map_transfer import Transfer, short, unpack
from simulation.light_map import SpeedLimits
from simulation.light_vehicle import LightVehicle


class SharedMaps:
    """Parsed maps by content hash, with their speed limits; for the vehicles of one process."""

    def __init__(self, patrol_map: PatrolMap) -> None:
        self._lock = threading.Lock()
        self._maps = {patrol_map.content_hash: patrol_map}
        self._limits = {patrol_map.content_hash: SpeedLimits(patrol_map)}
        self._checked: dict[Transfer, PatrolMap] = {}

    def map_of(self, version: str) -> PatrolMap:
        """A map that some vehicle has."""
        return self._maps[version]

    def limits_of(self, version: str) -> SpeedLimits:
        """Its speed limits."""
        return self._limits[version]

    def arrived(self, transfer: Transfer, data: bytes, enabled: MapRef) -> PatrolMap:
        """The map in a package, checked as on a disk; raises MapError."""
        content = unpack(transfer, data)
        with self._lock:
            known = self._checked.get(transfer)
            patrol_map = known or parse_map(
                content, f"map {transfer.map_id} {short(transfer.version)}"
            )
            check_arrived(transfer, patrol_map, self._maps[enabled.content_hash])
            if known is None:
                self._checked[transfer] = patrol_map
                self._limits[transfer.version] = SpeedLimits(patrol_map)
                self._maps[transfer.version] = patrol_map
            return patrol_map


class LightMapStore:
    """A vehicle's maps in memory (`fleet_client.map_store.MapStore`)."""

    def __init__(self, shared: SharedMaps, enabled: MapRef) -> None:
        self._shared = shared
        self._stored = {enabled.content_hash: enabled}
        self._parts: dict[str, tuple[Transfer, list[bytes]]] = {}
        self.enabled = enabled

    def stored(self) -> Sequence[MapRef]:
        """Every map, oldest first."""
        return list(self._stored.values())

    def part(self, version: str) -> tuple[Transfer, int] | None:
        """A map under way and how many of its pieces are here."""
        found = self._parts.get(version)
        return (found[0], len(found[1])) if found else None

    def begin(self, transfer: Transfer) -> None:
        """Start a map anew."""
        self._parts[transfer.version] = (transfer, [])

    def append(self, transfer: Transfer, data: bytes) -> None:
        """The next piece."""
        self._parts[transfer.version][1].append(data)

    def finish(self, transfer: Transfer) -> MapRef:
        """Check and keep; raises MapError."""
        data = b"".join(self._parts[transfer.version][1])
        ref = MapRef.of(self._shared.arrived(transfer, data, self.enabled))
        self.discard(transfer.version)
        self._stored[ref.content_hash] = ref
        return ref

    def discard(self, version: str) -> None:
        """Forget the pieces of a map under way."""
        self._parts.pop(version, None)

    def delete(self, version: str) -> None:
        """Forget a map."""
        self._stored.pop(version, None)


class LightSwitch:
    """Takes another map at once (`fleet_client.map_actions.MapSwitch`)."""

    def __init__(self, vehicle: LightVehicle, shared: SharedMaps, store: LightMapStore) -> None:
        self._vehicle = vehicle
        self._shared = shared
        self._store = store
        self._end: SwitchEnd | None = None

    def obstacle(self) -> str:
        """Why not now."""
        return "an order is under way" if self._vehicle.busy else ""

    def begin(self, ref: MapRef, action_id: str) -> None:
        """Switch."""
        version = ref.content_hash
        self._vehicle.take_map(self._shared.map_of(version), self._shared.limits_of(version))
        self._store.enabled = ref
        self._end = SwitchEnd(action_id, version)

    def under_way(self) -> tuple[str, str] | None:
        """Until its end was told."""
        return (self._end.action_id, self._end.version) if self._end else None

    def end(self) -> SwitchEnd | None:
        """The end, told once."""
        end, self._end = self._end, None
        return end


def light_maps(vehicle: LightVehicle, shared: SharedMaps, enabled: MapRef) -> VehicleMaps:
    """What a light vehicle's client needs to be given maps."""
    store = LightMapStore(shared, enabled)
    return VehicleMaps(store, LightSwitch(vehicle, shared, store))
