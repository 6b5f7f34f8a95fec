"""docs/protocol.md says what the code does."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import msgspec
import pytest

from fleet_client.credentials import Credentials
from fleet_client.factsheet import ACTIONS
from fleet_client.lanes import BACKFILL_WINDOW, INCIDENT_WINDOW
from fleet_client.map_actions import MAPS_KEPT
from fleet_client.map_download import WINDOW
from fleet_client.options import LinkOptions
from fleet_client.signals import MAX_AGE_S
from fleet_server.publishing.target import MAPS_LEFT
from fleet_server.signals.delivery import AT_MOST_EVERY_S
from navigation.acting.attention import CONFIRM_WITHIN_S, SIREN_AT_MOST_S
from navigation.acting.doers import BLIND_AT_MOST_S, CAPTURED_WITHIN_S
from navigation.acting.parameters import LOOK_S
from navigation.following.aside import WALKING_MPS
from patrol.signals import AHEAD_AT_MOST_S, LEFT_BELOW_S, LIGHT_OF
from patrol.vda5050 import extension
from patrol.vda5050.map_transfer import CHUNK_BYTES, MAX_MAP_BYTES, MAX_PACKED_BYTES
from patrol.vda5050.messages import Header
from patrol.vda5050.node_actions import MAX_MESSAGE_CHARS, NODE_ACTIONS
from patrol.vda5050.topic_names import (
    EXTENSION_TO_SERVER,
    EXTENSION_TO_VEHICLE,
    TO_SERVER,
    TO_VEHICLE,
    VehicleAddress,
    qos_of,
    subscriptions,
)
from patrol.weather import REPORT_COUNTS_S, USUAL_LIMITS, Weather

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/protocol.md").read_text(encoding="utf-8")
ADDRESS = VehicleAddress("gwanak", "sunra", "goalie-01")
STRUCTS = (
    "IncidentMessage",
    "EvidenceChunk",
    "Backfill",
    "Ack",
    "AckItem",
    "MapRequest",
    "MapChunk",
    "PersonSearches",
    "PersonSearchItem",
    "Signals",
    "SignalItem",
)


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    section = TEXT.split(f"# {heading}\n", 1)[1].split("\n#", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_topic_has_a_row_with_its_direction_and_qos() -> None:
    table = {row[0].strip("`"): row for row in rows("Topics")}
    prefix = "gwanak/v2/sunra/goalie-01/"
    to_server = (*TO_SERVER, *EXTENSION_TO_SERVER)
    to_vehicle = (*TO_VEHICLE, *EXTENSION_TO_VEHICLE)
    names = {ADDRESS.topic(name).removeprefix(prefix): name for name in (*to_server, *to_vehicle)}
    assert set(table) == set(names)
    for topic, name in names.items():
        assert table[topic][1] == ("vehicle" if name in to_server else "server")
        assert table[topic][2] == str(qos_of(name))
    for pattern, qos in subscriptions("gwanak"):
        assert table[pattern.removeprefix("gwanak/v2/+/+/")][2] == str(qos)


@pytest.mark.parametrize("name", STRUCTS)
def test_every_field_of_our_messages_is_described(name: str) -> None:
    struct = getattr(extension, name)
    header = {field.name for field in msgspec.structs.fields(Header)}
    if not issubclass(struct, Header):
        header = set()
    expected = [f.encode_name for f in msgspec.structs.fields(struct) if f.name not in header]
    assert [row[0].strip("`") for row in rows(name)] == expected


def test_no_message_of_ours_is_missing() -> None:
    ours = {
        name
        for name, value in vars(extension).items()
        if isinstance(value, type) and value.__module__ == extension.__name__
    }
    assert ours == set(STRUCTS)


def test_every_refusal_in_the_code_is_in_the_error_table() -> None:
    table = {row[0].strip("`") for row in rows("Errors in the state")}
    sources = [
        *(ROOT / "fleet_client").glob("*.py"),
        *(ROOT / "simulation").glob("light_*.py"),
        ROOT / "patrol/vda5050/messages.py",
    ]
    quoted = {
        word
        for path in sources
        for word in re.findall(r'"(\w+)"', path.read_text(encoding="utf-8"))
    }
    used = {word for word in quoted if word.endswith("Error")}
    used |= quoted & {"unsupportedVersion", "wrongVehicle", "mapMismatch", "noOrderToCancel"}
    assert used == table


def test_the_figures_are_the_defaults() -> None:
    options = LinkOptions()
    for words in (
        f"({options.ack_timeout_s:g} s)",
        f"up to {options.ack_timeout_max_s:g} s",
        f"{options.reconnect_min_s:g} s to {options.reconnect_max_s:g} s",
        f"up to {options.backfill_batch} in a",
        f"{options.backfill_rate_hz:g} messages a",
        f"({options.evidence_chunk_bytes // 1024} KiB of the file each)",
        f"{options.evidence_window} under way",
        f"{BACKFILL_WINDOW} under way",
        f"at most {INCIDENT_WINDOW} under way",
        f"({options.spool_max_states:,} states, {options.spool_max_bytes // 2**20} MiB)",
        f"(at most {MAX_PACKED_BYTES // 2**20} MiB packed, {MAX_MAP_BYTES // 2**20} MiB unpacked)",
        f"in pieces of {CHUNK_BYTES // 1024} KiB",
        f"up to {WINDOW} pieces at once",
        f"at most {MAPS_KEPT} versions",
        f"above {MAPS_LEFT}.",
    ):
        assert words in TEXT, words


def test_the_weather_is_the_usual_limits() -> None:
    section = " ".join(TEXT.split("## Weather")[1].split("##")[0].split())
    usual = USUAL_LIMITS
    for words in (
        *(f"`{field.name}`" for field in fields(Weather)),
        f"for {REPORT_COUNTS_S / 3600:g} h",
        f"{usual.slow_rain_mmph:g} and {usual.wait_rain_mmph:g} mm/h of rain",
        f"gusts of {usual.slow_gust_mps:g} and {usual.wait_gust_mps:g} m/s",
        f"sight of {usual.slow_visibility_m:g} and {usual.wait_visibility_m:g} m",
        f"at {usual.ice_c:g} degrees or less",
        f"({WALKING_MPS:g} m/s at",
    ):
        assert words in section, words


def test_the_lights_are_those_of_the_standard() -> None:
    section = " ".join(TEXT.split("## Pedestrian lights")[1].split("##")[0].split())
    for phase, light in LIGHT_OF.items():
        name = phase.value.removeprefix("protected-").removeprefix("permissive-")
        if light is not None:
            told = section[section.index(name) :]
            assert told.index(f"`{light}`") < 80, phase
    for words in (
        f"for {AT_MOST_EVERY_S:g} s.",
        f"more than {MAX_AGE_S:g} s old by its own clock",
        f"more than {AHEAD_AT_MOST_S:g} s ahead of it",
        f"outside 0 to {LEFT_BELOW_S:g} s",
    ):
        assert words in section, words


def test_the_table_of_node_actions_is_the_codes() -> None:
    section = TEXT.split("## Node actions")[1].split("##")[0]
    table = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for name in re.findall(r"`(\w+)`", cells[0]) if line.startswith("| `") else ():
            table[name] = (set(re.findall(r"`(\w+)`", cells[1])), cells[2])
    assert table == {n: (set(row.parameters), row.least) for n, row in NODE_ACTIONS.items()}
    assert f"up to {MAX_MESSAGE_CHARS} characters" in section
    assert f"{LOOK_S:g} where it is not given" in section
    assert f"after {BLIND_AT_MOST_S:g} s without sight" in section
    assert f"ends by itself after {SIREN_AT_MOST_S:g} s" in section
    assert f"none came within {CAPTURED_WITHIN_S:g} s" in section
    assert f"does not answer within {CONFIRM_WITHIN_S:g} s" in section


def test_actions_and_credentials_are_named() -> None:
    for name in (*ACTIONS, *(field.name for field in fields(Credentials))):
        assert name in TEXT, name
