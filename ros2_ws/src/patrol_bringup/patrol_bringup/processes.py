"""The ONE table of a vehicle's processes and nodes, read by the supervisor and the launch file.

Each process may die and be started again alone; the safety process outlives all
(docs/architecture.md, "Four processes on the vehicle").
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from patrol.errors import ConfigError


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How soon a dead process is started again; seconds of wall time."""

    first_s: float = 0.2
    factor: float = 2.0
    longest_s: float = 5.0
    stable_after_s: float = 20.0  # alive for so long: the next restart is a first one again

    def delay_s(self, failures: int) -> float:
        """The pause before restart number `failures` (1 is the first) in a row."""
        return min(self.longest_s, self.first_s * self.factor ** (failures - 1))


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """One row: what runs in the process and how it is treated."""

    name: str
    nodes: tuple[str, ...]  # module:Class
    road_nodes: tuple[str, ...] = ()  # module:Class, beside those where hardware is driven
    simulated: bool = False  # only beside a simulated world
    needs_credentials: bool = False  # left out where the vehicle has none
    nice: int = 0  # larger: gives way to the others
    stop_within_s: float = 3.0  # between INT, TERM and KILL
    begin_within_s: float = 120.0  # from its start to its first pulse, models and maps read
    silent_within_s: float = 20.0  # between two pulses: then it hangs, and is started anew
    restart: RestartPolicy = field(default_factory=RestartPolicy)
    environment: tuple[tuple[str, str], ...] = (("OMP_NUM_THREADS", "1"),)


# In the order in which they are started; they are stopped in the opposite order.
_ROWS = (
    ProcessRow(
        "simulator",
        ("patrol_simulation.node:SimulatorNode",),
        simulated=True,
        restart=RestartPolicy(first_s=1.0),
    ),
    ProcessRow(
        "safety",
        (
            "patrol_base.base_driver_node:BaseDriverNode",
            "patrol_base.safety_gate_node:SafetyGateNode",
        ),
        road_nodes=("patrol_base.hardware_node:BaseHardwareNode",),
        restart=RestartPolicy(first_s=0.05, longest_s=1.0),
        silent_within_s=5.0,
    ),
    ProcessRow(
        "navigation",
        ("patrol_localization.node:LocalizationNode", "patrol_navigation.node:NavigationNode"),
    ),
    ProcessRow(
        "perception",
        ("patrol_perception.node:PerceptionNode",),
        nice=5,
        begin_within_s=900.0,  # TensorRT builds its engine at the first start
        environment=(("YOLO_OFFLINE", "1"), ("YOLO_AUTOINSTALL", "false")),
    ),
    ProcessRow(
        "client",
        (
            "patrol_fleet_client.node:FleetClientNode",
            "patrol_fleet_client.recorder_node:RecorderNode",
            "patrol_fleet_client.health_node:HealthNode",
        ),
        needs_credentials=True,
        nice=2,
        stop_within_s=6.0,
    ),
)

PROCESSES: dict[str, ProcessRow] = {row.name: row for row in _ROWS}


def select_processes(
    *,
    simulated: bool,
    with_credentials: bool,
    with_hardware: bool = False,
    only: tuple[str, ...] = (),
) -> list[ProcessRow]:
    """The rows that a vehicle runs, with their nodes; `with_hardware`: a hardware file is there.

    Raises ConfigError for an unknown name in `only`.
    """
    for name in only:
        if name not in PROCESSES:
            raise ConfigError(f"--only: no process {name!r}; known: {', '.join(PROCESSES)}")
    return [
        replace(row, nodes=row.nodes + row.road_nodes) if with_hardware else row
        for row in PROCESSES.values()
        if (not only or row.name in only)
        and (simulated or not row.simulated)
        and (with_credentials or not row.needs_credentials)
    ]


def node_arguments(row: ProcessRow) -> list[str]:
    """What `patrol_ros.process` is called with, before `--ros-args`."""
    nice = ["--nice", str(row.nice)] if row.nice else []
    return [*nice, row.name, *row.nodes]
