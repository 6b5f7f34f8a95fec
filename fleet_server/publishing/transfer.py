"""Answers a vehicle's mapRequest with pieces of a packed map; remembers nothing of vehicles."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable

from fleet_server.maps import MapLibrary
from patrol.clock import Clock, iso_utc
from patrol.errors import MapError
from patrol.vda5050.extension import MapChunk, MapRequest
from patrol.vda5050.map_transfer import CHUNK_BYTES, PackedMap, short
from patrol.vda5050.messages import VERSION, encode
from patrol.vda5050.topic_names import VehicleAddress, qos_of

log = logging.getLogger(__name__)

PACKED_KEPT = 4  # versions in memory
CHUNKS_AT_ONCE = 8  # of one request; the vehicle asks again for the rest
NO_MAP = {"sha256": "", "size_bytes": 0, "chunk_bytes": 0, "chunk_index": 0, "data": b""}


class MapTransfer:
    """`request` hands over a vehicle's wish; `run` answers until cancelled."""

    def __init__(
        self,
        maps: MapLibrary,
        clock: Clock,
        publish: Callable[[str, bytes, int], bool],
        chunk_bytes: int = CHUNK_BYTES,
    ) -> None:
        self._maps = maps
        self._clock = clock
        self._publish = publish
        self._chunk_bytes = chunk_bytes
        self._packed: OrderedDict[str, PackedMap | None] = OrderedDict()
        self._wishes: asyncio.Queue[tuple[VehicleAddress, MapRequest]] = asyncio.Queue()
        self._header_id = int(clock.now_s() * 1000)

    def request(self, address: VehicleAddress, wish: MapRequest) -> None:
        """A vehicle wants pieces."""
        self._wishes.put_nowait((address, wish))

    async def run(self) -> None:
        """Answer one wish after the other."""
        while True:
            await self.answer(*await self._wishes.get())

    async def answer(self, address: VehicleAddress, wish: MapRequest) -> None:
        """Send the pieces that were asked for; "none such" for a version that is not here."""
        packed = await self._package(wish.map_id, wish.map_version)
        if packed is None:
            log.warning(
                "map_not_here vehicle=%s map=%s version=%s",
                address.vehicle_id,
                wish.map_id,
                short(wish.map_version),
            )
            self._send(address, wish, NO_MAP)
            return
        transfer = packed.transfer
        for index in wish.chunks[:CHUNKS_AT_ONCE]:
            if 0 <= index < transfer.count:
                piece = {
                    "sha256": transfer.sha256,
                    "size_bytes": transfer.size_bytes,
                    "chunk_bytes": transfer.chunk_bytes,
                    "chunk_index": index,
                    "data": packed.piece(index),
                }
                self._send(address, wish, piece)

    async def _package(self, map_id: str, version: str) -> PackedMap | None:
        if version not in self._packed:
            self._packed[version] = await asyncio.to_thread(self._pack, map_id, version)
            while len(self._packed) > PACKED_KEPT:
                self._packed.popitem(last=False)
        self._packed.move_to_end(version)
        packed = self._packed[version]
        if packed is None:
            del self._packed[version]
        return packed if packed and packed.transfer.map_id == map_id else None

    def _pack(self, map_id: str, version: str) -> PackedMap | None:
        content = self._maps.content(version)
        patrol_map = self._maps.version(map_id, version) if content is not None else None
        if content is None or patrol_map is None:
            return None
        try:
            return PackedMap.of(map_id, version, content, self._chunk_bytes)
        except MapError as error:
            log.error("map_not_packed map=%s version=%s reason=%r", map_id, version, str(error))
            return None

    def _send(self, address: VehicleAddress, wish: MapRequest, piece: dict[str, object]) -> None:
        self._header_id += 1
        chunk = MapChunk(
            header_id=self._header_id,
            timestamp=iso_utc(self._clock.now_s()),
            version=VERSION,
            manufacturer=address.manufacturer,
            serial_number=address.serial_number,
            map_id=wish.map_id,
            map_version=wish.map_version,
            **piece,  # type: ignore[arg-type]
        )
        self._publish(address.topic("mapChunk"), encode(chunk), qos_of("mapChunk"))
