"""`sunra simulate fleet`: light vehicles against a running fleet server."""

from __future__ import annotations

import asyncio
import signal
from fnmatch import fnmatch
from pathlib import Path

import click

from fleet_client.credentials import Credentials, load_credentials
from patrol.errors import ConfigError
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle
from simulation.fleet import Fleet, FleetReport

REPORT_PERIOD_S = 1.0


def find_credentials(folder: Path, pattern: str, count: int | None) -> list[Credentials]:
    """Credentials under a folder whose serial number matches, by name; raises ConfigError."""
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder; `sunra enroll` writes it")
    found = [load_credentials(path) for path in sorted(folder.rglob("*.json"))]
    found = [who for who in found if fnmatch(who.serial_number, pattern)]
    wanted = len(found) if count is None else count
    if len(found) < max(wanted, 1):
        raise ConfigError(
            f"{folder}: {len(found)} vehicles match {pattern!r}, {max(wanted, 1)} are wanted;"
            " enrol more with `sunra enroll`"
        )
    return found[:wanted]


@click.command("fleet")
@click.option("--vehicles", type=click.IntRange(1), help="How many; default: all that match.")
@click.option("--map", "map_path", type=Path, default=Path("maps/sillim.geojson"))
@click.option("--credentials-dir", type=Path, required=True, help="Written by `sunra enroll`.")
@click.option("--match", default="light-*", show_default=True, help="Serial numbers to drive.")
@click.option("--vehicle", "spec_path", type=Path, default=Path("config/vehicles/goalie.yaml"))
@click.option("--visualization-hz", type=click.FloatRange(0, 20), default=0.0, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
def fleet_command(
    vehicles: int | None,
    map_path: Path,
    credentials_dir: Path,
    match: str,
    spec_path: Path,
    visualization_hz: float,
    seed: int,
) -> None:
    """Run light vehicles until Ctrl-C; a line of rates every second."""
    fleet = Fleet(
        find_credentials(credentials_dir, match, vehicles),
        load_map(map_path),
        load_vehicle(spec_path),
        seed=seed,
        visualization_hz=visualization_hz,
    )
    asyncio.run(_run(fleet))


async def _run(fleet: Fleet) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    printer = asyncio.create_task(_print_rates(fleet, stop))
    await fleet.run(stop)
    await printer
    click.echo(f"stopped after {fleet.report().driven_m / 1000:.2f} km")


async def _print_rates(fleet: Fleet, stop: asyncio.Event) -> None:
    before, seconds = fleet.report(), 0
    while not stop.is_set():
        try:
            async with asyncio.timeout(REPORT_PERIOD_S):
                await stop.wait()
        except TimeoutError:
            seconds += 1
            now = fleet.report()
            click.echo(rate_line(seconds, before, now))
            before = now


def rate_line(seconds: int, before: FleetReport, now: FleetReport) -> str:
    """One second in figures."""
    return (
        f"{seconds:5d} s  connected {now.connected}/{now.vehicles}  busy {now.busy}"
        f"  states {now.states - before.states}/s  sent {now.sent - before.sent}/s"
        f"  acked {now.acked - before.acked}/s  spooled {now.spooled}"
        f"  orders {now.orders}  refused {now.refused}"
        f"  driven {now.driven_m - before.driven_m:.1f} m/s"
    )
