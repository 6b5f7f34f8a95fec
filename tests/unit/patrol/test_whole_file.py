"""Files that are old or new, never half."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from patrol.whole_file import read_object, write_object, write_whole


def full(path: Path) -> None:
    """As on a full disk: no other file can be written beside this one."""
    path.with_name(f".{path.name}.tmp").symlink_to("/dev/full")


def test_a_file_is_replaced_and_its_folder_made(tmp_path: Path) -> None:
    path = tmp_path / "state" / "pose.json"
    write_object(path, {"x_m": 1.0})
    write_object(path, {"x_m": 2.0})
    assert read_object(path) == {"x_m": 2.0}
    assert [file.name for file in path.parent.iterdir()] == ["pose.json"]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "order.json"
    write_object(path, {"order": "one"})
    full(path)
    with pytest.raises(OSError, match="No space left") as raised:
        write_object(path, {"order": "another"})
    assert raised.value.errno == errno.ENOSPC
    assert read_object(path) == {"order": "one"}


def test_a_file_with_room_is_written_over_in_place(tmp_path: Path) -> None:
    path = tmp_path / "pose.json"
    write_object(path, {"x_m": 1.0}, room_bytes=64)
    full(path)
    write_object(path, {"x_m": 2.5}, room_bytes=64)
    assert read_object(path) == {"x_m": 2.5}
    assert path.stat().st_size == 64
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"x" * 65, room_bytes=64)
    assert read_object(path) == {"x_m": 2.5}


def test_what_must_outlast_a_power_cut_is_synced_with_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(os.path.isdir(f"/proc/self/fd/{descriptor}"))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    write_whole(tmp_path / "quick", b"", durable=False)
    assert synced == []
    write_whole(tmp_path / "sure", b"")
    assert synced == [False, True], "the file, then the folder that names it"


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff"])
def test_what_is_no_object_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kept.json"
    assert read_object(path) == {}
    path.write_bytes(content)
    assert read_object(path) == {}
