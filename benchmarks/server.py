"""Ingest of the fleet server: vehicle states through the real broker into the database.

Named alternative in the same run: the same path with one commit a message.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import gmqtt

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.shared.targets import Target, finish, parser
from fleet_server.config import FleetConfig, IngestConfig
from fleet_server.enrolment import Enrolment
from fleet_server.fleet import Fleet
from fleet_server.ingest.mqtt import MqttLink, MqttTarget
from fleet_server.ingest.pipeline import IngestPipeline, Listeners
from fleet_server.maps import MapLibrary
from fleet_server.opening import open_broker
from fleet_server.store.database import Database, sqlite_url
from patrol.clock import SystemClock, iso_utc
from patrol.vda5050.messages import (
    VERSION,
    AgvPosition,
    BatteryState,
    SafetyState,
    State,
    encode,
)
from patrol.vda5050.topic_names import VehicleAddress, subscriptions

VEHICLES = 20
MESSAGES = 10_000
MESSAGES_ALONE = 1_000
PACED_PER_S = 200
PACED_MESSAGES = 600
PATIENCE_S = 120.0


def a_state(address: VehicleAddress, header_id: int) -> bytes:
    """About 900 bytes, as a driving vehicle sends every second."""
    now = iso_utc(time.time())
    return encode(
        State(
            header_id=header_id,
            timestamp=now,
            version=VERSION,
            manufacturer=address.manufacturer,
            serial_number=address.serial_number,
            order_id="benchmark",
            order_update_id=1,
            last_node_id="1",
            last_node_sequence_id=2,
            driving=True,
            operating_mode="AUTOMATIC",
            node_states=[],
            edge_states=[],
            action_states=[],
            battery_state=BatteryState(battery_charge=80.0, charging=False),
            errors=[],
            safety_state=SafetyState(e_stop="NONE", field_violation=False),
            agv_position=AgvPosition(
                x=1.0, y=2.0, theta=0.0, map_id="m", position_initialized=True
            ),
        )
    )


async def run_once(ingest: IngestConfig, messages: int, per_s: float | None) -> list[float]:
    """Seconds from publishing the first message to each commit, in order of commits."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        config = FleetConfig()
        config = replace(config, broker=replace(config.broker, port=0))
        enrolment = Enrolment(data_dir)
        names = [VehicleAddress("gwanak", "sunra", f"v-{n}") for n in range(VEHICLES)]
        enrolment.add(names, "127.0.0.1", 1)
        clock = SystemClock()
        database = Database(sqlite_url(data_dir / "fleet.db"))
        database.open()
        fleet = Fleet(MapLibrary([]), 15.0, clock.now_s)
        async with open_broker(config, enrolment) as broker:
            done: list[float] = []
            link: MqttLink
            listeners = Listeners(
                lambda _item: None, lambda _ids: None, lambda *message: link.publish(*message)
            )
            pipeline = IngestPipeline(database, fleet, ingest, data_dir, clock, listeners)

            async def handle(topic: str, payload: bytes) -> None:
                await pipeline.handle(topic, payload)
                done.append(time.perf_counter())

            link = MqttLink(broker.target, subscriptions("gwanak"), handle)
            tasks = [asyncio.create_task(link.run()), asyncio.create_task(pipeline.run())]
            while not link.connected:
                await asyncio.sleep(0.01)
            sent = await publish(enrolment, broker.target, names, messages, per_s)
            deadline = time.perf_counter() + PATIENCE_S
            while len(done) < messages and time.perf_counter() < deadline:
                await asyncio.sleep(0.01)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        database.close()
        if pipeline.counters.states != messages:
            raise SystemExit(f"lost: {pipeline.counters.states} of {messages} are stored")
        if per_s is None:
            return [moment - sent[0] for moment in done]
        return [moment - begin for moment, begin in zip(done, sent, strict=True)]


async def publish(
    enrolment: Enrolment,
    target: MqttTarget,
    names: list[VehicleAddress],
    messages: int,
    per_s: float | None,
) -> list[float]:
    """Every vehicle has its own connection; returns when each message left."""
    clients = []
    for address in names:
        client = gmqtt.Client(f"bench-{address.serial_number}", clean_session=True)
        vehicle = enrolment.vehicles()[address.vehicle_id]
        client.set_auth_credentials(address.vehicle_id, vehicle.password)
        await client.connect(target.host, target.port, version=4)
        clients.append(client)
    sent = []
    begin = time.perf_counter()
    for n in range(messages):
        address = names[n % VEHICLES]
        if per_s is not None:
            await asyncio.sleep(max(0.0, begin + n / per_s - time.perf_counter()))
        elif n % 200 == 0:
            await asyncio.sleep(0)
        sent.append(time.perf_counter())
        clients[n % VEHICLES].publish(address.topic("state"), a_state(address, n), qos=1)
    for client in clients:
        await client.disconnect()
    return sent


async def measure() -> list[Target]:
    """All figures of this program."""
    batched = await run_once(IngestConfig(), MESSAGES, None)
    alone = await run_once(IngestConfig(batch_max=1, batch_wait_s=0.0), MESSAGES_ALONE, None)
    paced = sorted(await run_once(IngestConfig(), PACED_MESSAGES, PACED_PER_S))
    rate, rate_alone = MESSAGES / batched[-1], MESSAGES_ALONE / alone[-1]
    return [
        Target("ingest_messages_per_s", rate, 2000.0),
        Target("ratio_to_one_commit_a_message", rate / rate_alone, 3.0),
        Target("publish_to_commit_p95_s", paced[int(0.95 * len(paced))], 0.5, at_most=True),
    ]


def main() -> int:
    """Prints one line a target; the exit status says whether all were met."""
    arguments = parser(__doc__).parse_args()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return finish(asyncio.run(measure()), arguments.json)


if __name__ == "__main__":
    sys.exit(main())
