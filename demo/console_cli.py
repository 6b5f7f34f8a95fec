"""`sunra simulate SCENARIO --console`: in real time, with the fleet server beside it."""

from __future__ import annotations

import logging
import signal
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import click

from demo.prepare import CONSOLE
from demo.processes import DemoError, wait_for
from demo.server_beside import INTERFACE, ServerBeside
from fleet_client.credentials import load_credentials
from patrol.clock import SystemClock
from patrol_simulation.pace import Pace
from simulation.mujoco.simulator import TICK_S
from simulation.scenarios.broker_radio import BrokerRadio, Reporter
from simulation.scenarios.load import load_scenario
from simulation.scenarios.outcome import Outcome
from simulation.scenarios.page import write_page
from simulation.scenarios.run_cli import drive, tell, write_figures
from simulation.scenarios.runner import Run
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.trace import Sample, Trace
from simulation.vehicle.library import LibraryVehicle

ONLINE_WITHIN_S = 20.0
SAMPLE_S = 0.05


class Metronome:
    """Holds a run back so that it goes no faster than asked; checks the server now and then."""

    def __init__(self, real_time_factor: float, server: ServerBeside) -> None:
        self._pace = Pace(real_time_factor, SystemClock())
        self._server, self._samples = server, 0

    def see(self, vehicle: LibraryVehicle, sample: Sample) -> None:
        """Wait until the wall clock has caught up."""
        self._samples += 1
        if self._samples % 20 == 0:
            self._server.check()
        time.sleep(self._pace.advance(SAMPLE_S))

    def close(self, trace: Trace) -> None:
        """Nothing is left to do."""


@click.command("console")
@click.argument("scenario_path", metavar="SCENARIO", type=Path)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where the console listens.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True,
              help="Of the console; 0: any free one.")  # fmt: skip
@click.option("--delay-s", type=click.FloatRange(0, 600), default=10.0, show_default=True,
              help="Time to log in before the scenario begins.")  # fmt: skip
@click.option("--real-time-factor", type=click.FloatRange(0.1, 10), default=1.0,
              show_default=True, help="At most so fast.")  # fmt: skip
@click.option("--vehicle", type=Path, help="Vehicle file; instead of the file's.")
@click.option("--page", type=Path, help="Write an HTML page: map, track, plots.")
@click.option("--json", "json_path", type=Path, help="Write the verdicts and figures.")
@click.option("--out", type=Path, help="Keep the server's database and logs here.")
def console_command(
    scenario_path: Path, host: str, port: int, delay_s: float, real_time_factor: float,
    vehicle: Path | None, page: Path | None, json_path: Path | None, out: Path | None,
) -> None:  # fmt: skip
    """Run a scenario in real time while the console shows it; exit status as `run`."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("simulation").setLevel(logging.ERROR)
    for number in (signal.SIGINT, signal.SIGTERM):  # what was started must be ended
        signal.signal(number, signal.default_int_handler)
    scenario = load_scenario(scenario_path.resolve(), vehicle)
    if not (CONSOLE / "dist").is_dir():
        raise DemoError("the operator console is not built: run `sunra prepare`")
    names = [entry.name for entry in scenario.vehicles]
    radios = {name: BrokerRadio(scenario.seed + i) for i, name in enumerate(names)}
    with ExitStack() as stack:
        temporary = stack.enter_context(tempfile.TemporaryDirectory(prefix="sunra-console-"))
        folder = out.resolve() if out else Path(temporary)
        server = stack.enter_context(ServerBeside(folder, scenario.map_path, names, host, port))
        for radio in radios.values():
            stack.callback(radio.close)
        run = _open(scenario, radios, server)
        _announce(scenario, server, delay_s)
        _wait(run, delay_s)
        run.observers += [Reporter(), Metronome(real_time_factor, server)]
        outcome = drive(run)
        _finish(outcome, run.trace, page, json_path)


def _open(scenario: Scenario, radios: dict[str, BrokerRadio], server: ServerBeside) -> Run:
    """The run, its vehicles logged in at the broker."""
    epoch_s = SystemClock().now_s()
    run = Run(scenario, radios=radios, interface=INTERFACE, start_epoch_s=epoch_s)
    outboxes = {scenario.vehicle.name: run.vehicle.client.outbox}
    outboxes |= {light.name: light.client.outbox for light in run.companions.all}
    for name, radio in radios.items():
        radio.attach(load_credentials(server.credentials(name)), outboxes[name])
    wait_for("the vehicles' links", lambda: _all_attached(radios), [], ONLINE_WITHIN_S)
    return run


def _all_attached(radios: dict[str, BrokerRadio]) -> bool:
    return all(radio.attached for radio in radios.values())


def _announce(scenario: Scenario, server: ServerBeside, delay_s: float) -> None:
    user, password = server.login
    click.echo(f"{scenario.id}: {scenario.title}")
    click.echo(f"\n  {server.url}\n  user {user}   password {password}\n")
    click.echo(f"The scenario begins in {delay_s:g} s; Ctrl-C ends it.")


def _wait(run: Run, delay_s: float) -> None:
    """Let the vehicle report from where it stands, in real time."""
    pace = Pace(1.0, SystemClock())
    for _ in range(round(delay_s / TICK_S)):
        run.wait()
        time.sleep(pace.advance(TICK_S))


def _finish(outcome: Outcome, trace: Trace, page: Path | None, json_path: Path | None) -> None:
    if page is not None:
        write_page(page, outcome, trace)
    write_figures(json_path, outcome)
    tell(outcome)
    if not outcome.status.is_good:
        raise SystemExit(1)
