"""Another map on the vehicle: who asks, who tries, and the old one wherever something fails."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from fleet_client.map_actions import SwitchEnd
from fleet_client.map_handover import MapHandover, MapOutcome, WantedMap
from fleet_client.map_store import MapFolder, Pointer
from patrol.clock import SimClock
from patrol.errors import MapError
from patrol.geodesy import GeoPoint
from patrol.map import Dock, Edge, Node, PatrolMap, WayClass
from patrol.map_geojson import load_map, save_map
from patrol_bringup.child import REFUSED
from patrol_bringup.map_choice import choose_map, map_folder, remember_map
from patrol_bringup.map_trial import (
    BACK_WITHIN_S,
    CONFIRM_WITHIN_S,
    LOOK_EVERY_S,
    MapTrial,
    Renewal,
)
from patrol_bringup.processes import PROCESSES, ProcessRow
from patrol_bringup.settings import VehicleSettings
from patrol_fleet_client.map_switch import Situation, SupervisedSwitch, obstacle

ROOT = Path(__file__).parents[3]
VEHICLE = ROOT / "config" / "vehicles" / "goalie.yaml"
FREE = Situation(order_id=None, boot_id="boot-1", speed_mps=0.0)


@pytest.fixture(scope="module")
def small() -> PatrolMap:
    """A street with a dock."""
    nodes = {i: Node(i, 5.0 * i, 0.0) for i in range(4)}
    edges = {i: Edge(i, i, i + 1, 5.0, 1.3, 3.0, WayClass.ALLEY) for i in range(3)}
    docks = (Dock("dock", "Dock", 0, 0.0),)
    return PatrolMap("street", "", GeoPoint(37.5, 126.9), nodes, edges, docks=docks)


def file_of(folder: Path, patrol_map: PatrolMap, name: str) -> Path:
    path = folder / f"{name}.geojson"
    save_map(replace(patrol_map, name=name), path)
    return path


@pytest.fixture
def settings(tmp_path: Path, small: PatrolMap) -> VehicleSettings:
    """A vehicle that was given the map "old" by hand."""
    return VehicleSettings(VEHICLE, file_of(tmp_path, small, "old"), tmp_path / "state")


def start(settings: VehicleSettings) -> VehicleSettings:
    """What a starting vehicle does."""
    chosen = choose_map(settings)
    remember_map(chosen)
    return chosen


def add(settings: VehicleSettings, patrol_map: PatrolMap, name: str) -> str:
    """Another whole map on the vehicle; its version."""
    path = file_of(settings.map_file.parent, patrol_map, name)
    maps = MapFolder(map_folder(settings.state_dir))
    return maps.keep(load_map(path), path.read_bytes()).content_hash


# ------------------------------------------------------------------------------ which map at start


def test_map_given_by_hand_is_the_first(settings: VehicleSettings) -> None:
    chosen = start(settings)
    assert chosen == settings
    maps = MapFolder(map_folder(settings.state_dir))
    assert maps.enabled.description == "old"


def test_map_enabled_over_the_link_outlives_a_restart(
    settings: VehicleSettings, small: PatrolMap
) -> None:
    start(settings)
    maps = MapFolder(map_folder(settings.state_dir))
    given, version = maps.enabled.content_hash, add(settings, small, "new")
    maps.point(Pointer(version, given))
    assert start(settings).map_file == maps.path(version)
    assert start(settings).map_file == maps.path(version)


def test_another_file_given_by_hand_wins(settings: VehicleSettings, small: PatrolMap) -> None:
    start(settings)
    maps = MapFolder(map_folder(settings.state_dir))
    maps.point(Pointer(add(settings, small, "new"), maps.enabled.content_hash))
    by_hand = replace(settings, map_file=file_of(settings.map_file.parent, small, "by hand"))
    assert start(by_hand) == by_hand
    assert maps.enabled.description == "by hand"


def test_enabled_map_that_is_damaged_gives_way_to_the_one_given_by_hand(
    settings: VehicleSettings, small: PatrolMap
) -> None:
    start(settings)
    maps = MapFolder(map_folder(settings.state_dir))
    version = add(settings, small, "new")
    maps.point(Pointer(version, maps.enabled.content_hash))
    maps.path(version).write_bytes(b'{"type": ')
    assert start(settings) == settings
    assert maps.enabled.description == "old"


# ----------------------------------------------------------------------------- the client's part


@pytest.mark.parametrize(
    ("situation", "said"),
    [
        (FREE, ""),
        (replace(FREE, order_id="o1"), "order o1 is under way"),
        (replace(FREE, boot_id=None), "navigation is not heard"),
        (replace(FREE, speed_mps=None), "the speed is not known"),
        (replace(FREE, speed_mps=-0.3), "the vehicle is moving"),
    ],
)
def test_vehicle_switches_only_standing_without_an_order(situation: Situation, said: str) -> None:
    assert obstacle(situation) == said


def test_client_asks_confirms_and_hears_the_end(tmp_path: Path) -> None:
    now = [FREE]
    switch = SupervisedSwitch(tmp_path, lambda: now[0], True)
    supervisor = MapHandover(tmp_path)
    version = "b" * 64
    ref = MapFolder(tmp_path, None)._ref(version)
    assert switch.under_way() is None
    switch.begin(ref, "a1")
    assert switch.under_way() == ("a1", version)
    assert switch.end() is None, "the supervisor has not looked"
    supervisor.tell(MapOutcome("a1", "trying"))
    assert switch.end() is None
    assert supervisor.wanted() == WantedMap("a1", version, "boot-1"), "the old navigation speaks"
    now[0] = replace(FREE, boot_id=None)
    assert switch.end() is None
    now[0] = replace(FREE, boot_id="boot-2")
    again = SupervisedSwitch(tmp_path, lambda: now[0], True)  # the client was killed meanwhile
    assert again.under_way() == ("a1", version)
    assert again.end() is None
    assert supervisor.wanted() == WantedMap("a1", version, "boot-1", confirmed=True)
    supervisor.tell(MapOutcome("a1", "enabled"))
    assert again.end() == SwitchEnd("a1", version)
    assert again.end() is None
    assert again.under_way() is None


def test_outcome_of_an_earlier_action_is_not_taken_for_ours(tmp_path: Path) -> None:
    handover = MapHandover(tmp_path)
    handover.tell(MapOutcome("a1", "enabled"))
    handover.ask(WantedMap("a2", "b" * 64, "boot-1"))
    assert handover.outcome() is None


@pytest.mark.parametrize("text", ["", "{", '{"action_id": 7}', '{"colour": "red"}'])
def test_damaged_handover_counts_for_nothing(tmp_path: Path, text: str) -> None:
    for name in ("wanted.json", "outcome.json"):
        (tmp_path / name).write_text(text)
    assert MapHandover(tmp_path).wanted() is None
    assert MapHandover(tmp_path).outcome() is None


def test_without_a_supervisor_the_switch_is_refused_with_a_way_out(tmp_path: Path) -> None:
    switch = SupervisedSwitch(tmp_path, lambda: FREE, False)
    with pytest.raises(MapError, match="only `sunra drive` can"):
        switch.begin(MapFolder(tmp_path)._ref("b" * 64), "a1")


# -------------------------------------------------------------------------- the supervisor's part


@dataclass
class FakeChild:
    """A process that obeys: it ends at once when asked, and is up again with the next `revive`."""

    row: ProcessRow
    pid: int | None
    last_status: int | None = None
    last_line: str = ""
    deaf: bool = False

    def __post_init__(self) -> None:
        self.signals: list[signal.Signals] = []

    def signal_now(self, number: signal.Signals) -> None:
        self.signals.append(number)
        if not self.deaf or number == signal.SIGKILL:
            self.pid = None


class Bench:
    """A trial over processes that a test moves by hand."""

    def __init__(self, settings: VehicleSettings, small: PatrolMap) -> None:
        self.clock = SimClock(100.0)
        self.settings = start(settings)
        self.settings.write_parameters()
        self.children = {
            name: FakeChild(PROCESSES[name], 10 + number)
            for number, name in enumerate(("safety", "navigation", "perception", "client"))
        }
        self.maps = MapFolder(map_folder(settings.state_dir))
        self.old = self.maps.enabled.content_hash
        self.new = add(settings, small, "new")
        self.handover = MapHandover(map_folder(settings.state_dir))
        self.trial = MapTrial(self.settings, self.children, self.clock)  # type: ignore[arg-type]
        self._pid = 100

    def ask(self, version: str = "", action_id: str = "a1") -> None:
        self.handover.ask(WantedMap(action_id, version or self.new, "boot-1"))

    def confirm(self) -> None:
        wanted = self.handover.wanted()
        assert wanted is not None
        self.handover.ask(replace(wanted, confirmed=True))

    def run(self, until: Callable[[], bool], seconds: float = 20.0) -> None:
        """Steps of the supervisor; what has ended is started again, as it does."""
        end_s = self.clock.monotonic_s() + seconds
        while not until():
            assert self.clock.monotonic_s() < end_s, "it did not happen in time"
            self.clock.advance(0.1)
            self.trial.step()
            if self.trial._trial is not None:
                self.trial._trial.check.exception()  # wait for the thread that reads the map
            self.revive()

    def revive(self) -> None:
        for child in self.children.values():
            if child.pid is None:
                self._pid += 1
                child.pid = self._pid

    def renewals(self) -> list[Renewal]:
        return self.trial._trial.renewals if self.trial._trial else []

    def phase(self) -> str | None:
        outcome = self.handover.outcome()
        return outcome.phase if outcome else None

    def reason(self) -> str:
        outcome = self.handover.outcome()
        return outcome.reason if outcome else ""

    def map_of_parameters(self) -> str:
        text = (self.settings.state_dir / "parameters.yaml").read_text()
        return Path(yaml.safe_load(text)["/**"]["ros__parameters"]["map_file"]).stem

    def renewed(self) -> list[str]:
        return [name for name, child in self.children.items() if child.signals]


@pytest.fixture
def bench(settings: VehicleSettings, small: PatrolMap) -> Bench:
    return Bench(settings, small)


def test_map_is_taken_by_perception_then_navigation_and_never_by_safety(bench: Bench) -> None:
    bench.ask()
    bench.run(lambda: bool(bench.children["perception"].signals))
    assert bench.children["navigation"].signals == [], "one after the other"
    bench.run(lambda: bool(bench.children["navigation"].signals))
    assert bench.map_of_parameters() == bench.new
    assert bench.maps.enabled.content_hash == bench.old, "not before navigation is back"
    bench.run(lambda: bench.renewals()[-1].is_up)
    bench.confirm()
    bench.run(lambda: bench.phase() == "enabled")
    assert bench.maps.pointer() == Pointer(bench.new, bench.old)
    assert sorted(bench.renewed()) == ["navigation", "perception"]


def test_map_that_cannot_be_read_changes_nothing(bench: Bench) -> None:
    bench.maps.path(bench.new).write_bytes(b"{")
    bench.ask()
    bench.run(lambda: bench.phase() == "failed")
    assert "not valid JSON" in bench.reason()
    assert bench.renewed() == []
    assert bench.map_of_parameters() == "old"


def test_map_without_the_vehicles_dock_changes_nothing(
    settings: VehicleSettings, small: PatrolMap
) -> None:
    bench = Bench(replace(settings, start_dock=small.docks[0].id), small)
    bench.new = add(settings, replace(small, docks=()), "dockless")
    bench.ask()
    bench.run(lambda: bench.phase() == "failed")
    assert "no dock" in bench.reason()
    assert bench.renewed() == []


@pytest.mark.parametrize("name", ["navigation", "perception"])
def test_process_that_does_not_take_it_brings_the_old_map_back(bench: Bench, name: str) -> None:
    bench.ask()
    child = bench.children[name]
    bench.run(lambda: any(r.child is child and r.is_up for r in bench.renewals()))
    child.pid, child.last_status, child.last_line = None, REFUSED, "no such street"
    bench.clock.advance(0.1)
    bench.trial.step()
    assert bench.map_of_parameters() == "old"
    bench.run(lambda: bench.phase() == "failed")
    assert bench.reason() == f"{name} does not take it: no such street"
    assert bench.maps.enabled.content_hash == bench.old
    assert bench.children["safety"].signals == []


def test_navigation_that_stays_silent_brings_the_old_map_back(bench: Bench) -> None:
    bench.ask()
    bench.run(lambda: bench.phase() == "failed", CONFIRM_WITHIN_S + BACK_WITHIN_S)
    assert "navigation is not back" in bench.reason()
    assert bench.map_of_parameters() == "old"
    assert bench.maps.enabled.content_hash == bench.old


def test_deaf_process_is_pressed_harder(bench: Bench) -> None:
    bench.children["perception"].deaf = True
    bench.ask()
    bench.run(lambda: len(bench.children["perception"].signals) == 3)
    assert bench.children["perception"].signals == [
        signal.SIGINT,
        signal.SIGTERM,
        signal.SIGKILL,
    ]


def test_next_wish_is_heard_after_a_failure(bench: Bench) -> None:
    bench.maps.path(bench.new).write_bytes(b"{")
    bench.ask()
    bench.run(lambda: bench.phase() == "failed")
    bench.ask(bench.old, "a2")
    bench.run(lambda: bool(bench.children["navigation"].signals))
    bench.confirm()
    bench.run(lambda: bench.phase() == "enabled")


@pytest.mark.parametrize("moved", [False, True])
def test_vehicle_that_was_killed_in_the_middle_has_one_map_and_says_which(
    bench: Bench, moved: bool
) -> None:
    """Killed before, or after, the pointer has moved: the client hears an end either way."""
    bench.ask()
    bench.run(lambda: bench.phase() == "trying")
    if moved:
        bench.maps.point(Pointer(bench.new, bench.old))
    after = MapTrial(bench.settings, {}, bench.clock)
    after.settle()
    assert bench.phase() == ("enabled" if moved else "failed")
    assert bench.maps.enabled.content_hash == (bench.new if moved else bench.old)


def test_wish_that_nobody_has_looked_at_ends_with_a_restart(bench: Bench) -> None:
    bench.ask()
    after = MapTrial(bench.settings, {}, bench.clock)
    after.settle()
    assert bench.reason() == "the vehicle was started anew in the middle"
    bench.clock.advance(LOOK_EVERY_S)
    after.step()
    assert bench.phase() == "failed", "and is not tried then"


def test_parameters_are_replaced_whole(settings: VehicleSettings) -> None:
    path = settings.write_parameters()
    before = os.stat(path).st_ino
    settings.write_parameters()
    assert os.stat(path).st_ino != before
    assert [p.name for p in path.parent.iterdir()] == ["parameters.yaml"]
