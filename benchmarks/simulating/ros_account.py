"""Who uses how much processor time and memory while a whole ROS vehicle drives a scenario."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from demo.recording import read_messages, recordings_of, stamp_s
from demo.through_ros import play_through_ros
from patrol.errors import ConfigError
from patrol_bringup.supervisor import Supervisor
from simulation.scenarios.load import load_scenario
from simulation.scenarios.outcome import Outcome

TICKS_A_S = os.sysconf("SC_CLK_TCK")
SIMULATOR = "simulator"
SETTLE_S = 10.0  # simulated, from the first report on: models load, caches fill


@dataclass(frozen=True, slots=True)
class Moment:
    """One report of the simulator: wall and simulated time, processor time by process."""

    wall_s: float
    simulated_s: float
    used_s: dict[str, float]
    memory_b: dict[str, int]


@dataclass
class Account:
    """Between the first settled moment and the last."""

    moments: list[Moment] = field(default_factory=list)
    pictures_a_s: float = 0.0  # looked at, a simulated second

    def look(self, supervisor: Supervisor) -> None:
        """Note a moment whenever the simulator has reported again (every 5 simulated seconds)."""
        report = supervisor.settings.state_dir / "simulation.json"
        try:
            now_s = float(json.loads(report.read_text())["now_s"])
        except (FileNotFoundError, ValueError):
            return
        if self.moments and now_s <= self.moments[-1].simulated_s:
            return
        pids = {name: child.pid for name, child in supervisor.children.items() if child.pid}
        used = {name: used_s(pid) for name, pid in pids.items()}
        memory = {name: memory_b(pid) for name, pid in pids.items()}
        self.moments.append(Moment(time.monotonic(), now_s, used, memory))

    @property
    def is_settled(self) -> bool:
        """Whether there were two settled moments."""
        return len(self._settled) > 1

    @property
    def _settled(self) -> list[Moment]:
        first_s = self.moments[0].simulated_s + SETTLE_S if self.moments else 0.0
        return [moment for moment in self.moments if moment.simulated_s >= first_s]

    @property
    def _span(self) -> tuple[Moment, Moment]:
        return self._settled[0], self._settled[-1]

    @property
    def real_time_factor(self) -> float:
        """Simulated over wall time, on this machine with whatever else it did."""
        a, b = self._span
        return (b.simulated_s - a.simulated_s) / (b.wall_s - a.wall_s)

    @property
    def shares(self) -> dict[str, float]:
        """Processor seconds a simulated second, by process."""
        a, b = self._span
        passed_s = b.simulated_s - a.simulated_s
        return {name: (b.used_s[name] - a.used_s[name]) / passed_s for name in a.used_s}

    @property
    def vehicle_share(self) -> float:
        """Processor seconds a simulated second of the vehicle's own processes together."""
        return sum(share for name, share in self.shares.items() if name != SIMULATOR)

    @property
    def vehicle_memory_gb(self) -> float:
        """Of the vehicle's own processes together, at most; what they share counts once."""
        return 1e-9 * max(
            sum(size for name, size in moment.memory_b.items() if name != SIMULATOR)
            for moment in self.moments
        )


def pictures_a_s(state_dir: Path) -> float:
    """How many pictures perception looked at, a simulated second."""
    states = [
        item.message for item in read_messages(recordings_of(state_dir), ("/perception/state",))
    ]
    looking = [state for state in states if state.frames > 0]
    if len(looking) < 2:
        return 0.0
    first, last = looking[0], looking[-1]
    return float(last.frames - first.frames) / (stamp_s(last) - stamp_s(first))


def used_s(pid: int) -> float:
    """User and system time of a process, all its threads; 0 where it is gone (proc(5))."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS_A_S


def memory_b(pid: int) -> int:
    """Proportional set size of a process in bytes; 0 where it is gone (proc(5), smaps_rollup)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def drive(
    scenario_text: str,
    real_time_factor: float,
    tell: Callable[[str], None],
    detector: str | None = None,
) -> tuple[Account, Outcome]:
    """Play a scenario through ROS, no faster than asked, with another detector if given."""
    account = Account()
    with tempfile.TemporaryDirectory(prefix="sunra-bench-") as folder:
        path = Path(folder) / "drive.yaml"
        path.write_text(scenario_text, encoding="utf-8")
        outcome, _ = play_through_ros(
            load_scenario(path),
            Path(folder) / "run",
            real_time_factor=real_time_factor,
            record=True,
            detector=detector,
            tell=tell,
            look=account.look,
        )
        if not account.is_settled:
            raise ConfigError(f"{outcome.duration_s:.0f} s of driving are too few to count")
        account.pictures_a_s = pictures_a_s(Path(folder) / "run" / "vehicle")
    return account, outcome
