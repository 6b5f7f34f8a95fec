"""What becomes of seals in time, and where room is short."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from fleet_client.black_box.limits import Limits
from fleet_client.black_box.retention import expire
from fleet_client.black_box.seals import MANIFEST
from fleet_client.black_box.segment import DAY_S
from fleet_client.black_box.verify import verify
from patrol.faults import FaultKind
from tests.unit.fleet_client.black_box.box_hands import (
    GATE,
    SMALL,
    WALL_S,
    Hands,
    press,
    release,
    sealed_once,
)


def test_sealed_pictures_expire_and_the_rest_stays_verifiable(tmp_path: Path) -> None:
    hands = sealed_once(tmp_path)
    limits = replace(SMALL, picture_days=7.0, seal_days=30.0)
    expire(tmp_path / "sealed", limits, WALL_S + 6 * DAY_S)
    (seal,) = hands.seals
    assert list(seal.glob("*-pictures.mcap"))
    expire(tmp_path / "sealed", limits, WALL_S + 8 * DAY_S)
    assert not list(seal.glob("*-pictures.mcap"))
    verdict = verify(tmp_path / "sealed")
    assert verdict.problems == ()
    assert any("expired: older than 7 days" in note for note in verdict.notes)
    expire(tmp_path / "sealed", limits, WALL_S + 31 * DAY_S)
    assert hands.seals == []


def test_too_much_that_is_sealed_goes_faults_before_incidents(tmp_path: Path) -> None:
    hands = Hands(tmp_path, replace(SMALL, pictures_hz=0.0, sealed_mb=1.0), size_bytes=60_000)
    release(hands)
    hands.run(12.0)
    hands.box.hear_incident("incident-1", hands.now_s, WALL_S + hands.now_s)
    hands.run(6.0)
    hands.box.hear_faults(GATE, [FaultKind.TILT, FaultKind.SCAN_STALE], hands.now_s, WALL_S)
    hands.run(6.0)
    expire(tmp_path / "sealed", replace(SMALL, sealed_mb=1.2), WALL_S)
    kept = {
        json.loads((seal / MANIFEST).read_text())["subject"]: len(list(seal.glob("*.mcap")))
        for seal in hands.seals
    }
    assert kept["scan_stale"] == 0
    assert kept["incident-1"] > 0
    assert verify(tmp_path / "sealed").problems == ()


def test_where_recordings_are_not_enough_the_map_goes_and_the_manifest_stays(
    tmp_path: Path,
) -> None:
    town = tmp_path / "town.geojson"
    town.write_bytes(bytes(1_500_000))
    hands = Hands(tmp_path / "box", companions=lambda: (town,))
    for _ in range(2):
        release(hands)
        press(hands)
        hands.run(3.0)
    expire(tmp_path / "box" / "sealed", replace(SMALL, sealed_mb=2.0), WALL_S)
    older, newer = hands.seals
    assert sorted(path.name for path in older.iterdir()) == ["expired.json", MANIFEST]
    assert (newer / "map.geojson").is_file()
    assert verify(tmp_path / "box" / "sealed").problems == ()


def test_every_limit_is_documented_with_its_default() -> None:
    text = (Path(__file__).parents[4] / "docs" / "black-box.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:4] for line in text.splitlines() if line.startswith("| `black_box_")]
    documented = {
        name.strip(" `"): float(value)
        for names, _, values in rows
        for name, value in zip(names.split(","), values.split("(")[0].split(","), strict=True)
    }
    assert documented == {f"black_box_{k}": v for k, v in asdict(Limits()).items()}


def test_limits_have_room_for_what_they_promise() -> None:
    limits = Limits()
    assert limits.before_s >= limits.segment_s
    assert limits.sealed_mb < limits.ring_mb
