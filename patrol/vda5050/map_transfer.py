"""How a map's content travels: packed, cut into pieces, checked on arrival (docs/protocol.md).

VDA 5050 2.1.0, clause 6.7, says who downloads and enables what and leaves the transfer to a link;
ours is a URN that stands for the topics `mapRequest` and `mapChunk`. A map's version is its
content hash (`patrol.map_geojson.content_hash`), so that reading it back proves the whole map.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import TypeGuard

from patrol.errors import MapError

CHUNK_BYTES = 64 * 1024  # of the packed map; base64 makes it a third longer
MAX_CHUNK_BYTES = 256 * 1024
MAX_PACKED_BYTES = 16 * 1024**2
MAX_MAP_BYTES = 128 * 1024**2  # unpacked

DOWNLOAD_MAP, ENABLE_MAP, DELETE_MAP = "downloadMap", "enableMap", "deleteMap"
MAP_ACTIONS = (DOWNLOAD_MAP, ENABLE_MAP, DELETE_MAP)

_VERSION = re.compile(r"[0-9a-f]{64}")
_SHOWN = 12  # hexadecimal digits that a person compares


def is_version(text: object) -> TypeGuard[str]:
    """Whether a map version is a content hash: 64 lower-case hexadecimal digits."""
    return isinstance(text, str) and _VERSION.fullmatch(text) is not None


def short(version: str) -> str:
    """A version as a person reads it."""
    return version[:_SHOWN] + "…" if len(version) > _SHOWN else version


def map_link(map_id: str, version: str) -> str:
    """`mapDownloadLink`: "ask for it on the topic mapRequest"."""
    return f"urn:x-sunra:v1:map:{map_id}:{version}"


@dataclass(frozen=True, slots=True)
class Transfer:
    """A packed map as each of its pieces describes it; raises MapError for one that cannot be."""

    map_id: str
    version: str
    sha256: str
    size_bytes: int
    chunk_bytes: int

    def __post_init__(self) -> None:
        if not 0 < self.size_bytes <= MAX_PACKED_BYTES:
            raise MapError(
                f"map {self.map_id} {short(self.version)}: {self.size_bytes} bytes packed; "
                f"at most {MAX_PACKED_BYTES} are taken"
            )
        if not 0 < self.chunk_bytes <= MAX_CHUNK_BYTES:
            raise MapError(
                f"map {self.map_id} {short(self.version)}: pieces of {self.chunk_bytes} bytes; "
                f"at most {MAX_CHUNK_BYTES} are taken"
            )

    @property
    def count(self) -> int:
        """How many pieces there are."""
        return -(-self.size_bytes // self.chunk_bytes)

    def length_of(self, index: int) -> int:
        """Bytes of a piece; raises MapError for an index that is none."""
        if not 0 <= index < self.count:
            raise MapError(f"map {self.map_id}: piece {index} of {self.count} cannot be")
        return min(self.chunk_bytes, self.size_bytes - index * self.chunk_bytes)


@dataclass(frozen=True, slots=True)
class PackedMap:
    """A map file made ready for the radio link."""

    transfer: Transfer
    data: bytes

    @staticmethod
    def of(map_id: str, version: str, content: bytes, chunk_bytes: int = CHUNK_BYTES) -> PackedMap:
        """Pack a file's bytes; the same bytes always give the same package."""
        if len(content) > MAX_MAP_BYTES:
            raise MapError(
                f"map {map_id}: {len(content)} bytes; at most {MAX_MAP_BYTES} are published"
            )
        data = gzip.compress(content, mtime=0)
        digest = hashlib.sha256(data).hexdigest()
        return PackedMap(Transfer(map_id, version, digest, len(data), chunk_bytes), data)

    def piece(self, index: int) -> bytes:
        """A piece; raises MapError for an index that is none."""
        length = self.transfer.length_of(index)
        start = index * self.transfer.chunk_bytes
        return self.data[start : start + length]


def unpack(transfer: Transfer, data: bytes) -> bytes:
    """The map file's bytes; raises MapError where the package is not what its pieces said."""
    where = f"map {transfer.map_id} {short(transfer.version)}"
    if hashlib.sha256(data).hexdigest() != transfer.sha256:
        raise MapError(f"{where}: arrived damaged: its SHA-256 is not {short(transfer.sha256)}")
    unpacker = zlib.decompressobj(wbits=31)  # 31: with gzip's header
    try:
        content = unpacker.decompress(data, MAX_MAP_BYTES)
    except zlib.error as error:
        raise MapError(f"{where}: cannot be unpacked: {error}") from None
    if not unpacker.eof:
        raise MapError(f"{where}: is cut off, or unpacks to more than {MAX_MAP_BYTES} bytes")
    return content
