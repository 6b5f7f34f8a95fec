"""`sunra demo`: everything on this machine, watched by a person or unattended."""

from __future__ import annotations

import json
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import click

from demo.api_client import ApiClient
from demo.chain import Chain, ChainOptions
from demo.once import Check, run_once
from demo.prepare import ROOT
from demo.processes import end_on_signals


def _table(checks: list[Check]) -> str:
    marks = {True: "met", False: "MISSED", None: ""}
    rows = [(check.name, check.figure, check.target, marks[check.ok]) for check in checks]
    name, figure, target, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    return "\n".join(
        f"  {row[0]:<{name}}  {row[1]:>{figure}}  {row[2]:<{target}}  {row[3]}".rstrip()
        for row in rows
    )


# A world held at real time shows 1.00 at best and never that it could do more.
ONCE_FACTOR = 1.25


@click.command()
@click.option("--once", is_flag=True, help="Unattended: one patrol, a summary, an exit status.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for all that is left.")
@click.option("--map", "map_path", type=click.Path(path_type=Path), help="Another patrol map.")
@click.option("--scenario", type=click.Path(path_type=Path), help="Another simulated scene.")
@click.option("--light-vehicles", default=5, show_default=True, help="Kinematic vehicles.")
@click.option(
    "--real-time-factor", type=click.FloatRange(0.1, 10), help="Cap on the speed [1; once: 1.25]"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where the console listens.")
@click.option("--port", type=int, help="Console port [8080; unattended: any free]")
@click.option("--broker-port", type=int, help="MQTT port [1883; unattended: any free]")
def demo_command(
    once: bool,
    out: Path | None,
    map_path: Path | None,
    scenario: Path | None,
    light_vehicles: int,
    real_time_factor: float | None,
    host: str,
    port: int | None,
    broker_port: int | None,
) -> None:
    """Start the whole chain: fleet server, one full vehicle, light ones; Ctrl-C ends it."""
    out = (out or ROOT / "var" / "demo" / time.strftime("%Y%m%d-%H%M%S")).absolute()
    defaults = ChainOptions(out)
    options = ChainOptions(
        out=out,
        map=map_path or defaults.map,
        scenario=scenario or defaults.scenario,
        light_vehicles=light_vehicles,
        real_time_factor=real_time_factor or (ONCE_FACTOR if once else 1.0),
        host=host,
        port=port if port is not None else (0 if once else defaults.port),
        broker_port=broker_port
        if broker_port is not None
        else (0 if once else defaults.broker_port),
    )
    started_s = time.monotonic()

    def report(line: str) -> None:
        click.echo(f"[{time.monotonic() - started_s:6.1f} s] {line}")

    end_on_signals()
    try:
        with Chain(options, report) as chain:
            if once:
                sys.exit(_finish(run_once(chain, report), out))
            _keep_running(chain)
    except KeyboardInterrupt:
        report("stopped")


def _finish(checks: list[Check], out: Path) -> int:
    """Print and save the summary; the exit status."""
    click.echo(_table(checks))
    rows = [asdict(check) for check in checks]
    (out / "summary.json").write_text(json.dumps(rows, indent=2, ensure_ascii=False))
    click.echo(f"recording, pictures and logs: {out}")
    return 1 if any(check.ok is False for check in checks) else 0


def _keep_running(chain: Chain) -> None:
    """Show where to go, then run until Ctrl-C; raises DemoError when a part ends."""
    username, password = chain.server.login
    api = ApiClient(chain.server.url, username, password)
    try:
        chain.wait_until_ready(api)
    finally:
        api.close()
    click.echo(
        f"\n  {chain.server.url}\n  user {username}   password {password}\n\n  Ctrl-C ends it."
    )
    wait = threading.Event()
    while not wait.wait(1.0):
        chain.check()
