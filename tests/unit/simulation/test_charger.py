"""A dock's contacts: current while somebody stands there, none from a dead or missed one."""

from __future__ import annotations

from simulation.sensors.charger import Charger


def test_gives_current_on_the_dock_only() -> None:
    charger = Charger()
    assert [charger.gives_current(there) for there in (False, True, False)] == [False, True, False]


def test_a_dead_dock_gives_none_until_it_is_mended() -> None:
    charger = Charger()
    charger.is_dead = True
    assert not charger.gives_current(True)
    charger.is_dead = False
    assert charger.gives_current(True)


def test_missed_contacts_touch_after_so_many_dockings() -> None:
    charger = Charger()
    charger.misses = 2
    dockings = [charger.gives_current(there) for there in (True, True, False, True, False, True)]
    assert dockings == [False, False, False, False, False, True]
