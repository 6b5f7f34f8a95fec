"""Whatever happens in a town of alleys: nobody is released against another one, all arrive."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest

from fleet_server.dispatch.targets import Target
from fleet_server.errors import ConflictError
from tests.unit.fleet_server.alley_town import VISITS, Town

pytestmark = pytest.mark.anyio
SEEDS, EVENTS = 3, 12
STARTS = [0, 20, 10, 30, 25]


class Storm:
    """An operator without a plan, over vehicles whose links come and go."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town, self.rng = town, np.random.default_rng(seed)
        self.dispatcher = town.rig.dispatcher

    async def blow(self) -> None:
        """One thing happens to one vehicle; what the server refuses does not."""
        rng, town = self.rng, self.town
        vehicle_id = str(rng.choice(sorted(town.vehicles)))
        vehicle, active = town.vehicles[vehicle_id], town.active(vehicle_id)
        vehicle.link_up, vehicle.deaf = rng.random() > 0.15, rng.random() < 0.1
        vehicle.refuses = "not today" if rng.random() < 0.1 else ""
        what = rng.integers(0, 7)
        with contextlib.suppress(ConflictError):
            if active is None:
                await self._send(vehicle_id)
            elif what == 0:
                await town.rig.dispatcher.cancel(active.assignment_id, "minji")
            elif what == 1:
                view = await town.rig.dispatcher.find(active.assignment_id)
                if view.next_checkpoint_id is not None:
                    await town.rig.dispatcher.skip(
                        active.assignment_id, view.next_checkpoint_id, "minji"
                    )
            elif what == 2:
                x_m, y_m = rng.uniform(0.0, 100.0), rng.uniform(0.0, 60.0)
                target = Target("town", float(x_m), float(y_m))
                await town.rig.dispatcher.divert(target, vehicle_id, True, "minji")
            elif what == 3:
                vehicle.forget()
            elif what == 4:
                await town.kit.restart(town.rig)
            await self._release()

    async def _send(self, vehicle_id: str) -> None:
        count = int(self.rng.integers(1, 5))
        visits = [str(v) for v in self.rng.choice(sorted(VISITS), count, replace=False)]
        await self.town.send(vehicle_id, *visits, to_dock=bool(self.rng.random() < 0.5))

    async def _release(self) -> None:
        for vehicle_id, vehicle in self.town.vehicles.items():
            if vehicle.awaits_operator and vehicle.link_up:
                await self.town.rig.dispatcher.instant_action(vehicle_id, "release_wait", "minji")

    async def calm_down(self) -> None:
        """Links hold, nothing new is asked for; who stands in another one's way is sent home."""
        town = self.town
        for vehicle in town.vehicles.values():
            vehicle.link_up, vehicle.deaf, vehicle.refuses = True, False, ""
        for _ in range(150):
            with contextlib.suppress(ConflictError):
                await self._release()
            if all(town.active(vehicle_id) is None for vehicle_id in town.vehicles):
                return
            for vehicle_id in town.vehicles:
                if town.active(vehicle_id) is None and self._is_in_the_way(vehicle_id):
                    with contextlib.suppress(ConflictError):
                        await town.send(vehicle_id, "corner", to_dock=True)
            await town.go(20.0)
        raise AssertionError(f"not all arrive: {town.tell()}")

    def _is_in_the_way(self, vehicle_id: str) -> bool:
        reasons = [a.reason for v in self.town.vehicles if (a := self.town.active(v)) is not None]
        return any(f"waits for {vehicle_id}, which stands" in (why or "") for why in reasons)


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_nobody_is_released_against_another_and_everybody_arrives(
    rig: Any, kit: Any, spec: Any, seed: int
) -> None:
    town = Town(rig, kit, spec, STARTS[: 3 + seed % 3])
    await town.connect()
    storm = Storm(town, seed)
    for _ in range(EVENTS):
        await town.go(float(storm.rng.uniform(0.3, 25.0)))
        await storm.blow()
    await storm.calm_down()
    assert town.clashes == []
