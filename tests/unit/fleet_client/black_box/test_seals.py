"""Seals: what is kept around what went wrong."""

from __future__ import annotations

import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from fleet_client.black_box import seals as seals_module
from fleet_client.black_box import segment_file as segment_module
from fleet_client.black_box.reasons import ALSO_SEALED, NOT_SEALED, is_sealed, latches
from fleet_client.black_box.seals import MANIFEST
from fleet_client.black_box.segment import is_picture_file
from fleet_client.black_box.verify import verify
from patrol.faults import FAULTS, FaultKind, Response
from tests.unit.fleet_client.black_box.box_hands import (
    GATE,
    SMALL,
    WALL_S,
    Hands,
    press,
    release,
    sealed_once,
    times_in,
)


def test_an_emergency_stop_seals_what_was_before_and_after(tmp_path: Path) -> None:
    hands = sealed_once(tmp_path)
    (seal,) = hands.seals
    manifest = json.loads((seal / MANIFEST).read_text())
    assert seal.name.endswith("-emergency_stop")
    assert (manifest["reason"], manifest["subject"]) == ("stop", "emergency_stop")
    data = [f["name"] for f in manifest["files"] if not is_picture_file(f["name"])]
    times = [t for name in data for t in times_in(seal / name)]
    assert times[0] <= 5.0 - SMALL.before_s
    assert times[-1] >= 5.0 + SMALL.after_s
    assert times == sorted(times)
    assert verify(seal).problems == verify(seal.parent).problems == ()


def test_sealed_segments_outlive_the_ring_and_are_no_copies(tmp_path: Path) -> None:
    hands = sealed_once(tmp_path)
    (seal,) = hands.seals
    in_ring = {path.stat().st_ino for path in (tmp_path / "ring").iterdir()}
    kept = [path for path in seal.iterdir() if path.suffix == ".mcap"]
    assert {path.stat().st_ino for path in kept} <= in_ring
    hands.free_mb = 0.0
    hands.run(2.0)
    assert not {path.name for path in kept} & set(hands.ring)
    assert verify(seal).problems == ()


def test_overlapping_seals_share_their_segments(tmp_path: Path) -> None:
    hands = Hands(tmp_path)
    hands.run(5.0)
    press(hands)
    hands.run(0.5)
    hands.box.hear_incident("incident-1", hands.now_s, WALL_S + hands.now_s)
    hands.box.hear_incident("incident-1", hands.now_s, WALL_S + hands.now_s)
    hands.run(4.0)
    first, second = hands.seals
    nodes = [{p.stat().st_ino for p in seal.glob("*.mcap")} for seal in (first, second)]
    assert nodes[0] & nodes[1]
    assert verify(first.parent).problems == ()
    manifests = [json.loads((seal / MANIFEST).read_text()) for seal in (first, second)]
    assert manifests[1]["previous"] == manifests[0]["hash"]


def test_a_seal_that_a_kill_interrupted_is_finished_by_the_next_start(tmp_path: Path) -> None:
    hands = Hands(tmp_path)
    hands.run(5.0)
    press(hands)
    hands.run(0.5)
    hands.box.ring._flush()  # as a second does; then the process is gone
    hands.now_s += 10.0
    hands.start()
    (seal,) = hands.seals
    assert (seal / MANIFEST).is_file()
    data = sorted(p for p in seal.glob("*.mcap") if not is_picture_file(p.name))
    times = [t for path in data for t in times_in(path)]
    assert times[0] <= 3.5
    assert times[-1] == 5.5
    assert verify(seal.parent).problems == ()


def test_faults_of_the_start_and_of_everyday_life_are_not_sealed(tmp_path: Path) -> None:
    hands = Hands(tmp_path)
    hands.run(2.0)
    hands.box.hear_faults(GATE, [FaultKind.SCAN_STALE], hands.now_s, WALL_S)
    release(hands)
    hands.run(10.0)
    hands.box.hear_faults(GATE, [FaultKind.OBSTACLE_IN_STOP_ZONE], hands.now_s, WALL_S)
    hands.box.hear_faults("/navigation/state", [FaultKind.GNSS_LOST], hands.now_s, WALL_S)
    hands.run(3.0)
    assert hands.seals == []
    hands.box.hear_faults(GATE, [FaultKind.SCAN_STALE], hands.now_s, WALL_S + hands.now_s)
    hands.box.hear_faults("/navigation/state", [FaultKind.SCAN_STALE], hands.now_s, WALL_S)
    hands.run(3.0)
    assert [seal.name.split("-", 1)[1] for seal in hands.seals] == ["scan_stale"]


def test_the_start_begins_with_the_first_state_that_is_heard(tmp_path: Path) -> None:
    hands = Hands(tmp_path)
    hands.run(15.0)  # a simulator that is still loading
    hands.box.hear_faults(GATE, [FaultKind.SCAN_STALE], hands.now_s, WALL_S)
    hands.run(3.0)
    assert hands.seals == []


def test_every_stopping_fault_is_sealed_but_those_of_the_table() -> None:
    stopping = {kind for kind, row in FAULTS.items() if row.response >= Response.STOP}
    assert {kind for kind in FaultKind if is_sealed(kind)} == (
        (stopping - set(NOT_SEALED)) | set(ALSO_SEALED)
    )
    assert all(is_sealed(kind) for kind in FaultKind if latches(kind))


def test_a_disk_that_refuses_a_seal_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = Hands(tmp_path)
    hands.run(3.0)

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(seals_module, "write_whole", refuse)
        press(hands)
        hands.run(3.0)
    assert hands.seals == []
    release(hands)
    press(hands)
    hands.run(3.0)
    assert verify(tmp_path / "sealed").problems == ()
    assert len(hands.seals) == 1


def test_damaged_manifests_and_openings_stop_no_recorder(tmp_path: Path) -> None:
    hands = sealed_once(tmp_path)
    (seal,) = hands.seals
    (seal / MANIFEST).write_text('{"files": [3], "sequence": "x"')
    torn = tmp_path / "sealed" / "20260101T000000Z-tilt"
    torn.mkdir()
    (torn / "opening.json").write_text('{"reason": "tilt"}')
    hands.start()
    hands.run(3.0)
    assert hands.box.ring.paused is None
    assert verify(tmp_path / "sealed").problems == (
        f"{seal.name}/{MANIFEST}: is missing or no manifest",
    )


def test_a_folder_that_cannot_be_made_yet_is_made_later(tmp_path: Path) -> None:
    (tmp_path / "box").write_text("a file in its place")
    hands = Hands(tmp_path / "box")
    hands.run(3.0)
    assert hands.box.ring.paused is not None
    (tmp_path / "box").unlink()
    hands.run(8.0)
    press(hands)
    hands.run(3.0)
    assert verify(tmp_path / "box" / "sealed").problems == ()


def test_what_a_full_disk_interrupted_is_sealed_once_it_is_recovered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = Hands(tmp_path, replace(SMALL, after_s=12.0, segment_s=30.0))
    hands.run(5.0)
    press(hands)
    hands.run(2.0)
    write = segment_module._HashedStream.write

    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(segment_module._HashedStream, "write", refuse)
    hands.run(3.0)
    assert hands.box.ring.paused is not None
    monkeypatch.setattr(segment_module._HashedStream, "write", write)
    hands.run(12.0)
    (seal,) = hands.seals
    data = sorted(p for p in seal.glob("*.mcap") if not is_picture_file(p.name))
    times = [t for path in data for t in times_in(path)]
    assert times[0] == 0.25
    assert max(t for t in times if t < 8.0) >= 6.0
    assert times[-1] > 15.0
    assert verify(seal).problems == ()


def test_an_open_seal_that_somebody_deleted_holds_up_no_other(tmp_path: Path) -> None:
    hands = Hands(tmp_path)
    hands.run(3.0)
    press(hands)
    shutil.rmtree(tmp_path / "sealed")
    hands.box.hear_incident("incident-1", hands.now_s, WALL_S + hands.now_s)
    hands.run(3.0)
    (seal,) = hands.seals
    assert seal.name.endswith("-incident-1")
    assert verify(tmp_path / "sealed").problems == ()


def test_a_folder_without_a_word_of_what_it_is_for_goes_at_the_next_start(
    tmp_path: Path,
) -> None:
    hands = sealed_once(tmp_path)
    half = tmp_path / "sealed" / "20260101T000000Z-tilt"
    half.mkdir()
    (half / ".opening.json.tmp").write_bytes(b"{")
    hands.start()
    assert len(hands.seals) == 1
    assert verify(tmp_path / "sealed").problems == ()


def test_the_vehicle_file_and_the_map_are_sealed_too(tmp_path: Path) -> None:
    vehicle, town = tmp_path / "goalie.yaml", tmp_path / "town.geojson"
    vehicle.write_text("name: Goalie")
    town.write_text("{}")
    hands = Hands(tmp_path / "box", companions=lambda: (vehicle, town))
    hands.run(3.0)
    press(hands)
    hands.run(3.0)
    (seal,) = hands.seals
    assert (seal / "vehicle.yaml").read_text() == "name: Goalie"
    assert (seal / "map.geojson").read_text() == "{}"
    assert verify(seal).problems == ()
