"""A packed map in pieces: whole again in any order, and never more than was promised."""

from __future__ import annotations

import gzip
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.errors import MapError
from patrol.vda5050 import map_transfer
from patrol.vda5050.map_transfer import PackedMap, Transfer, is_version, map_link, short, unpack

VERSION = "ab" * 32


@settings(deadline=None)
@given(st.binary(max_size=3000), st.integers(1, 700))
def test_pieces_together_are_the_file(content: bytes, chunk_bytes: int) -> None:
    packed = PackedMap.of("m", VERSION, content, chunk_bytes)
    pieces = [packed.piece(i) for i in range(packed.transfer.count)]
    assert [len(p) for p in pieces] == [packed.transfer.length_of(i) for i in range(len(pieces))]
    assert unpack(packed.transfer, b"".join(pieces)) == content


def test_same_file_gives_the_same_package() -> None:
    """So that a server which was started anew goes on with what the vehicle has."""
    assert PackedMap.of("m", VERSION, b"x" * 99) == PackedMap.of("m", VERSION, b"x" * 99)


@given(st.integers(0, 40), st.binary(min_size=1, max_size=1))
def test_one_wrong_byte_is_noticed(at: int, byte: bytes) -> None:
    packed = PackedMap.of("m", VERSION, b"some content of a map that is not short")
    at %= len(packed.data)
    damaged = packed.data[:at] + byte + packed.data[at + 1 :]
    if damaged == packed.data:
        return
    with pytest.raises(MapError, match="arrived damaged"):
        unpack(packed.transfer, damaged)


def test_small_package_that_unpacks_without_end_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(map_transfer, "MAX_MAP_BYTES", 1000)
    bomb = gzip.compress(b"\0" * 100_000)
    transfer = Transfer("m", VERSION, hashlib.sha256(bomb).hexdigest(), len(bomb), 512)
    with pytest.raises(MapError, match="unpacks to more than 1000 bytes"):
        unpack(transfer, bomb)
    with pytest.raises(MapError, match="at most 1000"):
        PackedMap.of("m", VERSION, b"\0" * 1001)


def test_package_that_is_no_package_is_refused() -> None:
    data = b"not gzip"
    transfer = Transfer("m", VERSION, hashlib.sha256(data).hexdigest(), len(data), 512)
    with pytest.raises(MapError, match="cannot be unpacked"):
        unpack(transfer, data)


@pytest.mark.parametrize(
    ("size", "chunk", "said"),
    [(0, 1, "0 bytes packed"), (2**40, 1, "at most"), (9, 0, "pieces of 0"), (9, 2**30, "pieces")],
)
def test_sizes_that_cannot_be_are_refused(size: int, chunk: int, said: str) -> None:
    with pytest.raises(MapError, match=said):
        Transfer("m", VERSION, "", size, chunk)


def test_piece_that_is_none_is_refused() -> None:
    packed = PackedMap.of("m", VERSION, b"x")
    for index in (-1, packed.transfer.count):
        with pytest.raises(MapError, match="cannot be"):
            packed.piece(index)


def test_versions_are_hashes_and_nothing_else() -> None:
    assert is_version(VERSION)
    for text in ("", "ab", VERSION.upper(), VERSION + "\n", "../" + VERSION[3:], 7, None):
        assert not is_version(text)
    assert map_link("sillim", VERSION) == f"urn:x-sunra:v1:map:sillim:{VERSION}"
    assert short(VERSION) == "abababababab…"
