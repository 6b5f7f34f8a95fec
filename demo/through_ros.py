"""A scenario upon the vehicle's real ROS processes: started, watched, judged, ended."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable
from pathlib import Path

from demo.processes import DemoError
from demo.scenario_broker import ScenarioBroker
from patrol_bringup.settings import VehicleSettings
from patrol_bringup.supervisor import STEP_S, Supervisor
from simulation.scenarios.file import Perception
from simulation.scenarios.load import spec_path
from simulation.scenarios.ordering import address_of
from simulation.scenarios.outcome import Outcome
from simulation.scenarios.runner import LEAST_WALL_S, WALL_FACTOR
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.through_ros import PLAYED_FILE, check_through_ros
from simulation.scenarios.trace import Trace

START_WITHIN_S = 120.0
FIRST_DOMAIN, DOMAINS = 1, 100


def play_through_ros(
    scenario: Scenario,
    folder: Path,
    *,
    vehicle_file: Path | None = None,
    real_time_factor: float = 1.0,
    record: bool = False,
    detector: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
    look: Callable[[Supervisor], None] = lambda _: None,
) -> tuple[Outcome, Trace]:
    """Play it to its verdicts; `folder` gets logs, spool, recording. `look` is called often.

    `detector` is another than the scenario's perception asks for (`VehicleSettings.detector`).

    Raises ScenarioError for what cannot be played so, ConfigError, DemoError.
    """
    check_through_ros(scenario)
    address = address_of(scenario.vehicle.name)
    folder.mkdir(parents=True, exist_ok=True)
    with ScenarioBroker(folder / "broker") as broker:
        credentials = folder / "credentials.json"
        broker.write_credentials(credentials, address)
        yolo = scenario.vehicle.perception is Perception.YOLO
        settings = VehicleSettings(
            vehicle_file=vehicle_file or spec_path(scenario.path, scenario.vehicle),
            map_file=scenario.map_path,
            state_dir=folder / "vehicle",
            credentials_file=credentials,
            simulated=True,
            scenario_file=scenario.path,
            real_time_factor=real_time_factor,
            cameras=yolo,
            detector=detector or ("yolo" if yolo else "none"),
            record=record,
            domain_id=FIRST_DOMAIN + broker.port % DOMAINS,
            play=True,
        )
        return _watch(Supervisor(settings), scenario, tell, look)


def _watch(
    supervisor: Supervisor,
    scenario: Scenario,
    tell: Callable[[str], None],
    look: Callable[[Supervisor], None],
) -> tuple[Outcome, Trace]:
    """Keep the processes alive until the end is written; then stop them."""
    played = supervisor.settings.state_dir / PLAYED_FILE
    played.unlink(missing_ok=True)
    limit_s = START_WITHIN_S + max(LEAST_WALL_S, WALL_FACTOR * scenario.duration_s)
    until_s = time.monotonic() + limit_s
    try:
        supervisor.start()
        tell(f"ROS 2 processes: {', '.join(supervisor.children)}")
        pause = threading.Event()
        while not played.exists():
            pause.wait(STEP_S)
            supervisor.step()
            look(supervisor)
            world = supervisor.children["simulator"]
            if world.last_status is not None:
                raise DemoError(f"the simulated world has ended: {world.last_line}")
            if time.monotonic() > until_s:
                raise DemoError(
                    f"{scenario.id}: no end after {limit_s:.0f} s; see {played.parent}"
                )
        outcome, trace = pickle.loads(played.read_bytes())
        return outcome, trace
    finally:
        supervisor.stop()
