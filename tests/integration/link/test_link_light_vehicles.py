"""Light vehicles over the real broker: each is a real VDA 5050 client."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from patrol.geodesy import GeoPoint
from patrol.map import Edge, Node, PatrolMap, WayClass
from patrol.vda5050.messages import Order, OrderEdge, OrderNode
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import load_vehicle
from simulation.fleet import Fleet

ROOT = Path(__file__).parents[3]
ADDRESSES = [VehicleAddress("gwanak", "sunra", f"light-{n:02d}") for n in range(5)]


def line_map() -> PatrolMap:
    """Six nodes, 2 m apart."""
    nodes = {i: Node(i, 2.0 * i, 0.0) for i in range(6)}
    edges = {
        10 * a + b: Edge(10 * a + b, a, b, 2.0, 1.3, 3.0, WayClass.ALLEY)
        for a, b in [(i, i + 1) for i in range(5)] + [(i + 1, i) for i in range(5)]
    }
    return PatrolMap("line", "", GeoPoint(37.5, 126.9), nodes, edges)


def route(header: dict[str, Any], ids: tuple[int, ...]) -> Order:
    return Order(
        order_id="o1",
        order_update_id=0,
        nodes=[
            OrderNode(node_id=str(n), sequence_id=2 * i, released=True, actions=[])
            for i, n in enumerate(ids)
        ],
        edges=[
            OrderEdge(
                edge_id=str(10 * a + b),
                sequence_id=2 * i + 1,
                released=True,
                start_node_id=str(a),
                end_node_id=str(b),
                actions=[],
            )
            for i, (a, b) in enumerate(pairwise(ids))
        ],
        **header,
    )


def test_a_fleet_connects_reports_and_follows_an_order(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        broker = kit.Broker(tmp_path, ADDRESSES)
        await broker.start()
        server = kit.Server(broker)
        await server.start()
        spec = load_vehicle(ROOT / "config/vehicles/goalie.yaml")
        fleet = Fleet(broker.all_credentials, line_map(), spec, seed=3)
        stop = asyncio.Event()
        running = asyncio.create_task(fleet.run(stop))
        try:
            everyone = lambda: all(server.of("state", who) for who in ADDRESSES)  # noqa: E731
            await kit.until(everyone, "every vehicle has told its state")
            who = ADDRESSES[2]
            start = int(server.of("state", who)[-1].last_node_id)
            ids = (start, start + 1) if start < 5 else (start, start - 1)
            server.send("order", route(server.header(who), ids), who)
            arrived = lambda: (  # noqa: E731
                server.of("state", who)[-1].last_node_id == str(ids[1])
                and not server.of("state", who)[-1].driving
            )
            await kit.until(arrived, "the order is done")
            assert fleet.report().driven_m == pytest.approx(2.0, abs=0.1)
            assert server.of("state", who)[-1].errors == []
        finally:
            stop.set()
            await running
            await kit.until(
                lambda: server.connections().count("OFFLINE") == 5, "all have said OFFLINE"
            )
            await server.stop()
            broker.kill()

    asyncio.run(story())


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_command_prints_rates_and_ends_cleanly(kit: Any, tmp_path: Path, how: int) -> None:
    async def story() -> None:
        broker = kit.Broker(tmp_path, ADDRESSES)
        await broker.start()
        folder = tmp_path / "cards"
        folder.mkdir()
        for who in broker.all_credentials:
            row = {k: v for k, v in asdict(who).items() if v is not None}
            (folder / f"{who.serial_number}.json").write_text(json.dumps(row))
        code = "from simulation.fleet_cli import fleet_command; fleet_command()"
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            code,
            "--credentials-dir",
            str(folder),
            "--vehicles",
            "3",
            cwd=ROOT,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            assert process.stdout is not None
            async with asyncio.timeout(30):
                while b"connected 3/3" not in await process.stdout.readline():
                    pass
            process.send_signal(how)
            async with asyncio.timeout(10):
                rest = (await process.stdout.read()).decode()
            assert await process.wait() == 0
            assert "stopped after" in rest
            assert "Traceback" not in rest
        finally:
            if process.returncode is None:
                process.kill()
            broker.kill()

    asyncio.run(story())
