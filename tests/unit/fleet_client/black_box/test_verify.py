"""Whether seals are as they were made, and which is the newest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from fleet_client.black_box.seals import MANIFEST, NewestSeal, manifests
from fleet_client.black_box.segment import DAY_S
from fleet_client.black_box.verify import verify
from fleet_client.black_box_cli import blackbox_group
from patrol.errors import LogError
from patrol.faults import FaultKind
from patrol.hash_chain import record_hash
from tests.unit.fleet_client.black_box.box_hands import (
    GATE,
    WALL_S,
    Hands,
    press,
    release,
    sealed_once,
)


@pytest.mark.parametrize("what", ["changed", "missing", "inserted", "manifest"])
def test_verification_names_what_is_wrong(tmp_path: Path, what: str) -> None:
    hands = sealed_once(tmp_path)
    (seal,) = hands.seals
    victim = sorted(seal.glob("*.mcap"))[0]
    if what == "changed":
        content = bytearray(victim.read_bytes())
        content[100] ^= 1
        victim.write_bytes(content)
    elif what == "missing":
        victim.unlink()
    elif what == "inserted":
        (seal / "00000099-20260101T000000Z.mcap").write_bytes(b"x")
        victim = seal / "00000099-20260101T000000Z.mcap"
    else:
        text = (seal / MANIFEST).read_text().replace("emergency_stop", "scan_stale")
        (seal / MANIFEST).write_text(text)
        victim = seal / MANIFEST
    said = {"manifest": "was changed", "changed": "was changed", "missing": "is missing",
            "inserted": "was inserted"}[what]  # fmt: skip
    assert verify(seal).problems == (f"{seal.name}/{victim.name}: {said}",)


def test_a_seal_that_is_taken_out_of_the_chain_is_missed(tmp_path: Path) -> None:
    hands = sealed_once(tmp_path)
    for _ in range(2):
        release(hands)
        press(hands)
        hands.run(3.0)
    _, middle, last = hands.seals
    for path in middle.iterdir():
        path.unlink()
    middle.rmdir()
    assert verify(tmp_path / "sealed").problems == (
        f"{last.name}: seal number 1 before it is missing",
    )


def test_a_seal_made_anew_breaks_the_chain(tmp_path: Path) -> None:
    hands = sealed_once(tmp_path)
    release(hands)
    press(hands)
    hands.run(3.0)
    first, last = hands.seals
    manifest = json.loads((first / MANIFEST).read_text())
    manifest["subject"] = "nothing"
    manifest["hash"] = record_hash(manifest)
    (first / MANIFEST).write_text(json.dumps(manifest))
    assert verify(first).problems == ()
    assert verify(tmp_path / "sealed").problems == (f"{last.name}: the chain is broken here",)


def test_what_is_no_seal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="holds no seal"):
        verify(tmp_path)
    with pytest.raises(LogError, match="no such folder"):
        verify(tmp_path / "none")


def hashes_by_number(folder: Path) -> dict[int, str]:
    """Of every seal."""
    return {int(m["sequence"]): str(m["hash"]) for m in manifests(folder)}


def test_the_newest_seal_is_the_one_with_the_highest_number(tmp_path: Path) -> None:
    newest = NewestSeal(tmp_path / "sealed")
    assert newest.hash() == ""
    hands = Hands(tmp_path)
    assert newest.hash() == ""
    for fault in (FaultKind.TILT, FaultKind.EMERGENCY_STOP):  # in the same second
        hands.box.hear_faults(GATE, [fault], hands.now_s, WALL_S)
    hands.run(3.0)
    hashes = hashes_by_number(tmp_path / "sealed")
    assert newest.hash() == NewestSeal(tmp_path / "sealed").hash() == hashes[1]
    hands.box.hear_faults(GATE, [FaultKind.TILT], hands.now_s, WALL_S - DAY_S)  # a clock set back
    hands.run(3.0)
    assert newest.hash() == hashes_by_number(tmp_path / "sealed")[2]


def test_seals_are_listed_and_verified_without_mcap() -> None:
    code = (
        "import sys; sys.modules['mcap'] = None;"
        "import fleet_client.black_box.retention, fleet_client.black_box.verify"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_damaged_seal_is_told_by_both_commands_in_a_line(tmp_path: Path) -> None:
    hands = sealed_once(tmp_path)
    (seal,) = hands.seals
    content = json.loads((seal / MANIFEST).read_text())
    del content["opened_utc"]
    (seal / MANIFEST).write_text(json.dumps(content))
    folder = str(tmp_path / "sealed")
    said = CliRunner().invoke(blackbox_group, ["list", folder])
    assert (said.exit_code, said.output.split(",")[0]) == (0, "0 seals")
    said = CliRunner().invoke(blackbox_group, ["verify", folder])
    assert said.exit_code == 1
    assert said.output == (
        f"WRONG: {seal.name}/{MANIFEST}: was changed\n{folder}: 1 seal: 1 problem\n"
    )
