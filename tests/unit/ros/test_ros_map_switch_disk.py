"""Another map while the disk is full: the old one stays, and the supervisor too."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest

from fleet_client.map_handover import MapHandover, MapOutcome, WantedMap
from fleet_client.map_store import MapFolder
from patrol_bringup import map_trial
from patrol_bringup.settings import VehicleSettings
from patrol_fleet_client.map_switch import SupervisedSwitch
from tests.unit.ros import test_ros_map_switch
from tests.unit.ros.test_ros_map_switch import Bench

small, settings, bench = (
    test_ros_map_switch.small,
    test_ros_map_switch.settings,
    test_ros_map_switch.bench,
)


def full(*_given: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_full_disk_ends_a_trial_before_any_process_and_never_the_supervisor(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(VehicleSettings, "write_parameters", full)
    bench.ask()
    bench.run(lambda: bench.phase() == "failed")
    assert "the disk takes no parameters" in bench.reason()
    assert bench.renewed() == []
    assert bench.map_of_parameters() == "old"


def test_full_disk_at_the_last_step_brings_the_old_map_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.ask()
    bench.run(lambda: len(bench.renewals()) == 2 and bench.renewals()[-1].is_up)
    monkeypatch.setattr(bench.trial._maps, "point", full)
    bench.confirm()
    bench.run(lambda: bench.phase() == "failed")
    assert "the disk takes no pointer" in bench.reason()
    assert bench.map_of_parameters() == "old"
    assert bench.maps.enabled.content_hash == bench.old
    assert len(bench.children["navigation"].signals) == 2, "it was taken back to the old map"


def test_outcome_that_the_disk_refuses_is_told_later_and_tried_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.maps.path(bench.new).write_bytes(b"{")
    bench.ask()
    tell = bench.trial._handover.tell
    monkeypatch.setattr(bench.trial._handover, "tell", full)
    looked: list[str] = []
    checked = map_trial._checked

    def count(settings: VehicleSettings, maps: MapFolder, version: str) -> VehicleSettings:
        looked.append(version)
        return checked(settings, maps, version)

    monkeypatch.setattr(map_trial, "_checked", count)
    for _ in range(50):
        bench.clock.advance(0.1)
        bench.trial.step()
        if bench.trial._trial is not None:
            bench.trial._trial.check.exception()
    assert looked == [bench.new]
    assert bench.phase() is None
    monkeypatch.setattr(bench.trial._handover, "tell", tell)
    bench.run(lambda: bench.phase() == "failed")
    assert looked == [bench.new]


def test_client_confirms_once_there_is_room(tmp_path: Path) -> None:
    situation = replace(test_ros_map_switch.FREE, boot_id="boot-2")
    switch, supervisor = SupervisedSwitch(tmp_path, lambda: situation, True), MapHandover(tmp_path)
    supervisor.ask(WantedMap("a1", "b" * 64, "boot-1"))
    supervisor.tell(MapOutcome("a1", "trying"))
    temporary = tmp_path / ".wanted.json.tmp"
    temporary.symlink_to("/dev/full")
    assert switch.end() is None
    assert supervisor.wanted() == WantedMap("a1", "b" * 64, "boot-1")
    temporary.unlink()
    assert switch.end() is None
    assert supervisor.wanted() == WantedMap("a1", "b" * 64, "boot-1", confirmed=True)
