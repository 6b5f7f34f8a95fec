"""VehicleSettings: what one start of a vehicle is told, and the ROS parameters made of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from patrol.errors import ConfigError
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle
from patrol.whole_file import write_whole
from patrol_bringup.environment import REPOSITORY

PARAMETERS_BYTES = 8192  # more than they take: a full disk still takes a change
DETECTORS = ("yolo", "none")


@dataclass(frozen=True, slots=True)
class VehicleSettings:
    """Files and switches of one vehicle; every path is absolute once `resolved`."""

    vehicle_file: Path
    map_file: Path
    state_dir: Path
    credentials_file: Path | None = None
    hardware_file: Path | None = None  # None: others drive the devices, or the world is simulated
    perception_file: Path = REPOSITORY / "config" / "perception.yaml"
    simulated: bool = False
    scenario_file: Path | None = None
    real_time_factor: float = 1.0
    cameras: bool = True
    detector: str = "yolo"  # or "none": the camera is watched, nobody is looked for
    start_dock: str = ""  # empty: the scenario's, else the map's first
    start_place: str = ""  # x,y,yaw in the map; empty: the scenario's where it begins on no dock
    play: bool = False  # the scenario is played and judged, not only its world shown
    record: bool = True
    black_box_mb: float = 2000.0  # of the black box's ring (docs/black-box.md)
    domain_id: int = 0
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)  # of this start of the vehicle

    def resolved(self) -> VehicleSettings:
        """The same with absolute paths; raises ConfigError for files that are missing."""
        files = {"vehicle": self.vehicle_file, "map": self.map_file}
        files |= {"credentials": self.credentials_file} if self.credentials_file else {}
        files |= {"hardware": self.hardware_file} if self.hardware_file else {}
        files |= {"scenario": self.scenario_file} if self.scenario_file else {}
        for name, path in files.items():
            if not path.is_file():
                raise ConfigError(f"--{name}: {path}: no such file")
        if self.simulated and self.hardware_file:
            raise ConfigError("--hardware: a simulated world has none; leave one of both out")
        if not 0 <= self.domain_id <= 101:  # above, ports collide with ephemeral ones on Linux
            raise ConfigError(f"--domain-id: {self.domain_id} is outside [0, 101]")
        if self.detector not in DETECTORS:
            raise ConfigError(f"--detector: {self.detector!r} is none of: {', '.join(DETECTORS)}")
        if not 0.05 <= self.real_time_factor <= 100:
            raise ConfigError(
                f"--real-time-factor: {self.real_time_factor:g} is outside [0.05, 100]"
            )
        start_dock, start_place = self._start()
        return replace(
            self,
            vehicle_file=self.vehicle_file.resolve(),
            map_file=self.map_file.resolve(),
            state_dir=self.state_dir.resolve(),
            credentials_file=self.credentials_file and self.credentials_file.resolve(),
            hardware_file=self.hardware_file and self.hardware_file.resolve(),
            perception_file=self.perception_file.resolve(),
            scenario_file=self.scenario_file and self.scenario_file.resolve(),
            start_dock=start_dock,
            start_place=start_place,
        )

    def _start(self) -> tuple[str, str]:
        """Dock and place where the scenario puts the vehicle: localization must know it too."""
        asked = self.start_dock or self.start_place
        if asked or not (self.simulated and self.scenario_file):
            return self.start_dock, self.start_place
        from simulation.scenarios.load import load_scenario

        scenario = load_scenario(self.scenario_file)
        start = scenario.start
        if scenario.vehicle.dock:
            return scenario.vehicle.dock, ""
        return "", f"{start.x_m!r},{start.y_m!r},{start.yaw_rad!r}"

    def parameters(self) -> dict[str, str | float | bool]:
        """The ROS parameters that every node may declare."""
        return {
            "use_sim_time": self.simulated,
            "vehicle_file": str(self.vehicle_file),
            "map_file": str(self.map_file),
            "state_dir": str(self.state_dir),
            "credentials_file": str(self.credentials_file or ""),
            "hardware_file": str(self.hardware_file or ""),
            "perception_file": str(self.perception_file),
            "scenario_file": str(self.scenario_file or ""),
            "real_time_factor": float(self.real_time_factor),
            "cameras": self.cameras,
            "detector": self.detector,
            "start_dock": self.start_dock,
            "start_place": self.start_place,
            "play": self.play,
            "record": self.record,
            "black_box_ring_mb": float(self.black_box_mb),
            "run_id": self.run_id,
        }

    def write_parameters(self) -> Path:
        """The parameters as a file that every process reads (`--params-file`).

        A process may be starting just now, so it is replaced whole; raises OSError.
        """
        path = self.state_dir / "parameters.yaml"
        text = yaml.safe_dump({"/**": {"ros__parameters": self.parameters()}})
        write_whole(path, text.encode(), room_bytes=PARAMETERS_BYTES)
        return path


def check_files(settings: VehicleSettings) -> None:
    """Read what the processes will read, so that a bad file is one line before anything starts.

    Raises ConfigError, MapError, ScenarioError or ModelError.
    """
    load_vehicle(settings.vehicle_file)
    patrol_map = load_map(settings.map_file)
    if settings.start_dock:
        patrol_map.dock(settings.start_dock)
    if settings.credentials_file is not None:
        from fleet_client.credentials import load_credentials

        load_credentials(settings.credentials_file)
    if settings.simulated and settings.scenario_file is not None:
        from simulation.scenarios.load import load_scenario

        load_scenario(settings.scenario_file)
    if settings.detector == "yolo":
        from perception.models import load_manifest, models_dir, verify

        for model in load_manifest().models:
            verify(model, models_dir())
