"""`sunra simulate SCENARIO --console`: in real time, with the fleet server beside it."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import click

from demo.prepare import CONSOLE
from demo.processes import DemoError, end_on_signals, wait_for
from demo.server_beside import ServerBeside
from fleet_client.credentials import load_credentials
from patrol.clock import SystemClock
from patrol_simulation.pace import Pace
from simulation.mujoco.simulator import TICK_S
from simulation.scenarios.broker_radio import BrokerRadio, Reporter
from simulation.scenarios.load import load_scenario
from simulation.scenarios.runner import Run
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.shared_cli import drive, quiet_logs, report, scenario_arguments
from simulation.scenarios.trace import SAMPLE_S, Sample, Trace
from simulation.vehicle.library import LibraryVehicle
from simulation.vehicle.orders import ADDRESS

ONLINE_WITHIN_S = 20.0


class Metronome:
    """Holds a run back so that it goes no faster than asked; ends it with the server."""

    def __init__(self, real_time_factor: float, server: ServerBeside) -> None:
        self._pace, self._server = Pace(real_time_factor, SystemClock()), server

    def see(self, vehicle: LibraryVehicle, sample: Sample) -> None:
        """Wait until the wall clock has caught up; raises DemoError when the server has ended."""
        self._server.check()
        time.sleep(self._pace.advance(SAMPLE_S))

    def close(self, trace: Trace) -> None:
        """Nothing is left to do."""


@click.command("console")
@scenario_arguments
@click.option("--host", default="127.0.0.1", show_default=True, help="Where the console listens.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True,
              help="Of the console; 0: any free one.")  # fmt: skip
@click.option("--delay-s", type=click.FloatRange(0, 600), default=10.0, show_default=True,
              help="Time to log in before the scenario begins.")  # fmt: skip
@click.option("--real-time-factor", type=click.FloatRange(0.1, 10), default=1.0,
              show_default=True, help="At most so fast.")  # fmt: skip
@click.option("--out", type=Path, help="Keep the server's database and logs here.")
def console_command(
    scenario_path: Path, host: str, port: int, delay_s: float, real_time_factor: float,
    vehicle: Path | None, page: Path | None, json_path: Path | None, out: Path | None,
) -> None:  # fmt: skip
    """Run a scenario in real time while the console shows it; exit status as `run`."""
    quiet_logs()
    end_on_signals()
    scenario = load_scenario(scenario_path.resolve(), vehicle)
    if not (CONSOLE / "dist").is_dir():
        raise DemoError("the operator console is not built: run `sunra prepare`")
    names = [entry.name for entry in scenario.vehicles]
    enrolled = [(f"{ADDRESS.manufacturer}/{name}",) for name in names]
    radios = {name: BrokerRadio(scenario.seed + i) for i, name in enumerate(names)}
    with ExitStack() as stack:
        temporary = stack.enter_context(tempfile.TemporaryDirectory(prefix="sunra-console-"))
        folder = out.resolve() if out else Path(temporary)
        server = stack.enter_context(ServerBeside(folder, scenario.map_path, enrolled, host, port))
        for radio in radios.values():
            stack.callback(radio.close)
        run = _open(scenario, radios, server)
        _announce(scenario, server, delay_s)
        _wait(run, server, delay_s)
        run.observers += [Reporter(), Metronome(real_time_factor, server)]
        outcome = drive(run)
        report(outcome, run.trace, page, json_path)
    if not outcome.status.is_good:
        raise SystemExit(1)


def _open(scenario: Scenario, radios: dict[str, BrokerRadio], server: ServerBeside) -> Run:
    """The run, its vehicles logged in at the broker."""
    epoch_s = SystemClock().now_s()
    run = Run(scenario, radios=radios, start_epoch_s=epoch_s)
    outboxes = {scenario.vehicle.name: run.vehicle.client.outbox}
    outboxes |= {light.name: light.client.outbox for light in run.companions.all}
    folder = server.credentials / ADDRESS.manufacturer
    for name, radio in radios.items():
        radio.attach(load_credentials(folder / f"{name}.json"), outboxes[name])
    wait_for("the vehicles' links", lambda: _not_attached(radios), [], ONLINE_WITHIN_S)
    return run


def _not_attached(radios: dict[str, BrokerRadio]) -> str:
    names = [name for name, radio in radios.items() if not radio.attached]
    return f"{', '.join(names)} not logged in at the broker" if names else ""


def _announce(scenario: Scenario, server: ServerBeside, delay_s: float) -> None:
    user, password = server.login
    click.echo(f"{scenario.id}: {scenario.title}")
    click.echo(f"\n  {server.url}\n  user {user}   password {password}\n")
    click.echo(f"The scenario begins in {delay_s:g} s; Ctrl-C ends it.")


def _wait(run: Run, server: ServerBeside, delay_s: float) -> None:
    """Let the vehicle report from where it stands, in real time."""
    pace = Pace(1.0, SystemClock())
    for _ in range(round(delay_s / TICK_S)):
        server.check()
        run.wait()
        time.sleep(pace.advance(TICK_S))
