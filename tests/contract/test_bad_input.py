"""Bad input at the command line: one line that names file and place, status 2, nothing written.

The files themselves have their own tables (maps: test_map_invalid.py); here every command that
reads one is asked. VDA 5050 messages: tests/integration/link/test_link_bad_messages.py.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import sunra

ROOT = Path(__file__).resolve().parents[2]
MAP = ROOT / "maps/sillim.geojson"
VEHICLE = ROOT / "config/vehicles/goalie.yaml"
SCENARIO = ROOT / "config/scenarios/first_patrol.yaml"
Arguments = list[object]

OSM = """<osm version="0.6"><node id="1" lat="60.17" lon="24.94"/>
<node id="2" lat="60.171" lon="24.94"/>
<way id="9"><nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/></way></osm>
"""

GOOD_CREDENTIALS = json.dumps(
    {
        "host": "127.0.0.1", "port": 1, "username": "sunra/light-01", "password": "secret",
        "interface": "gwanak", "manufacturer": "sunra", "serial_number": "light-01",
    }
)  # fmt: skip


def wrong_map(folder: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """The shipped map with something wrong."""
    document = json.loads(MAP.read_text(encoding="utf-8"))
    change(document)
    path = folder / "wrong.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def features(document: dict[str, Any], shape: str) -> list[dict[str, Any]]:
    return [f for f in document["features"] if f["geometry"]["type"] == shape]


def dangling_edge(document: dict[str, Any]) -> None:
    features(document, "LineString")[0]["properties"]["endid"] = 999999


def duplicate_id(document: dict[str, Any]) -> None:
    document["features"].append(features(document, "Point")[0])


def crossing_zone(document: dict[str, Any]) -> None:
    zone = next(f for f in document["features"] if f["properties"].get("layer") == "zone")
    zone["geometry"]["coordinates"] = [[[0, 0], [40, 30], [40, 0], [0, 30], [0, 0]]]


def no_origin(document: dict[str, Any]) -> None:
    del document["sunra"]["origin"]


def degrees(document: dict[str, Any]) -> None:
    for number, node in enumerate(features(document, "Point")):
        node["geometry"]["coordinates"] = [126.929 + number * 1e-5, 37.484]
    for edge in features(document, "LineString"):
        edge["properties"]["metadata"].pop("length_m")


def no_streets(document: dict[str, Any]) -> None:
    lines = features(document, "LineString")
    document["features"] = [f for f in document["features"] if f not in lines]


def wrong_vehicle(folder: Path, right: str, wrong: str) -> Path:
    path = folder / "wrong.yaml"
    text = VEHICLE.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    return path


def scenario(folder: Path, *lines: str, patrol_map: Path = MAP) -> Path:
    path = folder / "scene.yaml"
    head = ("title: a night", f"map: {patrol_map}", "vehicles: [{dock: dock-1}]")
    path.write_text("\n".join((*head, *lines)), encoding="utf-8")
    return path


def osm(folder: Path, content: str) -> Path:
    path = folder / "town.osm"
    path.write_text(content, encoding="utf-8")
    return path


def picture(folder: Path, source: Path) -> Arguments:
    return ["simulate", "picture", source, "--at", "0,0,0", "--out", folder / "picture.png"]


def map_import(folder: Path, source: Path) -> Arguments:
    return ["map", "import", source, "--out", folder / "out.geojson"]


def plan(folder: Path, source: Path) -> Arguments:
    return [
        "plan", source, "--checkpoints", "cp-06", "--from", "dock-1",
        "--out", folder / "route.json", "--draw", folder / "route.png",
    ]  # fmt: skip


def draw(folder: Path, source: Path) -> Arguments:
    return ["map", "draw", source, "--out", folder / "map.png"]


def serve(folder: Path, *more: object, source: Path = MAP) -> Arguments:
    ports = ["--port", 0, "--broker-port", 0]
    return ["serve", "--data", folder / "data", "--map", source, *ports, *more]


def fleet(folder: Path, *more: object) -> Arguments:
    return ["simulate", "fleet", "--credentials-dir", folder, *more]


def drive(folder: Path, *more: object, source: Path = MAP, vehicle: Path = VEHICLE) -> Arguments:
    """The ROS 2 vehicle."""
    files = ["--vehicle", vehicle, "--map", source, "--state-dir", folder / "state"]
    return ["drive", *files, *more]


def localize(folder: Path, odometry: str) -> Arguments:
    path = folder / "odometry.csv"
    path.write_text(odometry, encoding="utf-8")
    out = folder / "track.csv"
    return ["localize", "--odometry", path, "--gnss", folder / "gnss.csv", "--out", out]


def credentials(folder: Path, content: str) -> Path:
    path = folder / "light-01.json"
    path.write_text(content, encoding="utf-8")
    return path


def text(folder: Path, content: str) -> Path:
    path = folder / "settings.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def blank_picture(folder: Path) -> Path:
    path = folder / "blank.png"
    assert cv2.imwrite(str(path), np.zeros((36, 64, 3), np.uint8))
    return path


def altered_weights(folder: Path, *command: object) -> Arguments:
    """A command with altered weights where it looks for them (SUNRA_MODELS_DIR)."""
    for name in ("yolov8n.pt", "yolo11n-pose.pt"):
        (folder / name).write_bytes(b"not what it was")
    return list(command)


UNKNOWN_KEY = ("mass_kg: 290", "mass_kg: 290\ncolour: red")
TOO_WIDE = ("width_m: 0.90", "width_m: 1.21")
ACTOR = "actors: [{{name: a, kind: {kind}, at: {{edge_id: {edge}, left_m: {left}}}}}]"
UNKNOWN_ACTOR = ACTOR.format(kind="dragon", edge=1473, left=0)
LOST_ACTOR = ACTOR.format(kind="person", edge=7, left=0)
INDOOR_ACTOR = ACTOR.format(kind="person", edge=1299, left=-6)
EARLY_EVENT = "events: [{kind: push, force_n: 100, at_s: -1}]"
CONTRADICTION = "expect: [{kind: finishes, within_s: 9}, {kind: does_not_finish}]"

# what is wrong → (the command line, made in an empty folder; what its one line says)
CASES: dict[str, tuple[Callable[[Path], Arguments], str]] = {
    "a map with a dangling edge is not planned on": (
        lambda f: plan(f, wrong_map(f, dangling_edge)), "endid 999999 is no node of this map"
    ),
    "a map with an id twice is not drawn": (
        lambda f: draw(f, wrong_map(f, duplicate_id)), "the id stands twice"
    ),
    "a map with a zone that crosses itself is not served": (
        lambda f: serve(f, source=wrong_map(f, crossing_zone)), "the ring crosses itself"
    ),
    "a map without origin is not driven on by light vehicles": (
        lambda f: fleet(credentials(f, GOOD_CREDENTIALS).parent, "--map", wrong_map(f, no_origin)),
        "wrong.geojson: sunra.origin is missing",
    ),
    "a map in degrees is not driven on by a vehicle": (
        lambda f: drive(f, source=wrong_map(f, degrees)), "looks like longitude and latitude"
    ),
    "a map without streets is not simulated": (
        lambda f: ["simulate", scenario(f, patrol_map=wrong_map(f, no_streets))],
        "wrong.geojson: the map is empty: it has no edges",
    ),
    "a map without streets is not pictured": (
        lambda f: picture(f, wrong_map(f, no_streets)), "the map is empty: it has no edges"
    ),
    "a map that is not there is not served": (
        lambda f: serve(f, source=f / "none.geojson"), "none.geojson: no such file"
    ),
    "an empty OpenStreetMap file is not imported": (
        lambda f: map_import(f, osm(f, "")), "town.osm: is empty"
    ),
    "a truncated OpenStreetMap file is not imported": (
        lambda f: map_import(f, osm(f, OSM[: len(OSM) // 2])), "town.osm: cannot be read, perhaps"
    ),
    "a vehicle file with an unknown key is not checked against": (
        lambda f: ["map", "check", MAP, "--vehicle", wrong_vehicle(f, *UNKNOWN_KEY)],
        "wrong.yaml:6: unknown key 'colour'; allowed: name,",
    ),
    "a vehicle wider than the law allows is not simulated": (
        lambda f: ["simulate", SCENARIO, "--vehicle", wrong_vehicle(f, *TOO_WIDE)],
        "wrong.yaml:7: width_m: 1.21 is outside [0.2, 1.2]",
    ),
    "a vehicle wider than the law allows is not started": (
        lambda f: drive(f, vehicle=wrong_vehicle(f, *TOO_WIDE)), "width_m: 1.21 is outside"
    ),
    "a vehicle wider than the law allows has no map made for it": (
        lambda f: [*map_import(f, osm(f, OSM)), "--vehicle", wrong_vehicle(f, *TOO_WIDE)],
        "width_m: 1.21 is outside",
    ),
    "a vehicle wider than the law allows is no light vehicle": (
        lambda f: fleet(
            credentials(f, GOOD_CREDENTIALS).parent, "--vehicle", wrong_vehicle(f, *TOO_WIDE)
        ),
        "width_m: 1.21 is outside",
    ),
    "a vehicle wider than the law allows takes no picture": (
        lambda f: [*picture(f, MAP), "--vehicle", wrong_vehicle(f, *TOO_WIDE)],
        "width_m: 1.21 is outside",
    ),
    "weights with another hash are not good": (
        lambda f: altered_weights(f, "models", "verify"), "yolov8n.pt: SHA-256 "
    ),
    "weights with another hash are not overwritten": (
        lambda f: altered_weights(f, "models", "fetch"), "remove the file and run: sunra models"
    ),
    "weights with another hash are not run": (
        lambda f: altered_weights(f, "detect", blank_picture(f)), "yolov8n.pt: SHA-256 "
    ),
    "weights that are not there are not good": (
        lambda f: ["models", "verify"], "yolov8n.pt: weights 'yolov8n' are missing; run: sunra"
    ),
    "a port that is no port is not served on": (
        lambda f: serve(f, "--port", 65536), "'--port': 65536 is not in the range"
    ),
    "settings with an unknown key are not served with": (
        lambda f: serve(f, "--config", text(f, "colour: red")),
        "settings.yaml:1: unknown key 'colour'",
    ),
    "a folder without credentials has no light vehicles": (
        lambda f: fleet(f), "0 vehicles match 'light-*', 1 are wanted; enrol more"
    ),
    "credentials cut off are not used": (
        lambda f: fleet(credentials(f, GOOD_CREDENTIALS[:40]).parent),
        "light-01.json: cannot be read",
    ),
    "credentials that are not there start no vehicle": (
        lambda f: drive(f, "--credentials", f / "none.json"), "none.json: no such file"
    ),
    "credentials without a password start no vehicle": (
        lambda f: drive(f, "--credentials", credentials(f, "{}")), "light-01.json: key 'host' is"
    ),
    "a scenario with an unknown actor is not simulated": (
        lambda f: ["simulate", scenario(f, UNKNOWN_ACTOR)],
        "scene.yaml:4: kind: 'dragon' is none of: person",
    ),
    "a scenario with an unknown actor is not pictured": (
        lambda f: picture(f, scenario(f, UNKNOWN_ACTOR)), "scene.yaml:4: kind: 'dragon'"
    ),
    "a scenario with an actor nowhere is not simulated": (
        lambda f: ["simulate", scenario(f, LOST_ACTOR)],
        "scene.yaml:4: actors: actor 'a': edge_id 7: sillim has no such edge",
    ),
    "a scenario with an unknown actor starts no vehicle": (
        lambda f: drive(f, "--simulated", "--scenario", scenario(f, UNKNOWN_ACTOR)),
        "scene.yaml:4: kind: 'dragon'",
    ),
    "a scenario with an actor nowhere starts no vehicle": (
        lambda f: drive(f, "--simulated", "--scenario", scenario(f, LOST_ACTOR)),
        "scene.yaml:4: actors: actor 'a': edge_id 7: sillim has no such edge",
    ),
    "a scenario with an actor in a house is not simulated": (
        lambda f: ["simulate", scenario(f, INDOOR_ACTOR)], "scene.yaml:4: actors: actor 'a' at ("
    ),
    "an event before the start is not simulated": (
        lambda f: ["simulate", scenario(f, EARLY_EVENT)], "at_s: -1 is before the start (0)"
    ),
    "a scenario that contradicts itself is not simulated": (
        lambda f: ["simulate", scenario(f, CONTRADICTION)],
        "'finishes its order within 9 s' contradicts 'does not finish its order'",
    ),
    "a folder without scenarios is no suite": (
        lambda f: ["simulate", "suite", f], "no scenario (*.yaml) is there"
    ),
    "altered weights start no vehicle": (
        lambda f: altered_weights(f, *drive(f)), "yolov8n.pt: SHA-256 "
    ),
    "missing weights start no vehicle": (drive, "are missing; run: sunra models fetch"),
    "a scenario that is not there is not simulated": (
        lambda f: ["simulate", f / "none.yaml"], "none.yaml: no such file"
    ),
    "a patrol over unknown checkpoints is not simulated": (
        lambda f: ["simulate", SCENARIO, "--checkpoints", "cp-99"],
        "no checkpoint 'cp-99'; known: cp-01",
    ),
    "a vehicle without a proper name is not enrolled": (
        lambda f: ["enroll", "goalie", "--data", f / "data"], "'goalie' is not MANUFACTURER/SERIAL"
    ),
    "a folder that cannot be made holds no credentials": (
        lambda f: ["enroll", "sunra/goalie-01", "--data", "/proc/none"], "/proc/none: No such file"
    ),
    "a folder that cannot be made holds no server": (
        lambda f: [*serve(f), "--data", "/proc/none"], "/proc/none: cannot be used: No such file"
    ),
    "a folder that cannot be made holds no vehicle": (
        lambda f: [*drive(f, "--detector", "none"), "--state-dir", "/proc/none"],
        "/proc/none: No such file",
    ),
    "a log with a cell that is no number is not localized on": (
        lambda f: localize(f, "stamp_s,speed_mps,steering_rad\n1,0,0\n2,nan,0\n"),
        "odometry.csv:3: speed_mps: 'nan' is no finite number",
    ),
    "a log that goes back in time is not localized on": (
        lambda f: localize(f, "stamp_s,speed_mps,steering_rad\n2,0,0\n1,0,0\n"),
        "odometry.csv:3: stamp_s: 1.000000 is before 2.000000",
    ),
    "an option that is missing is named": (
        lambda f: ["serve", "--map", MAP], "Missing option '--data' (see: sunra serve --help)"
    ),
    "a command that is unknown is named": (lambda f: ["patrol"], "No such command 'patrol'"),
}  # fmt: skip


def content_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def assert_one_line(errors: str, expected: str) -> None:
    assert errors.count("\n") == 1, errors
    assert errors.startswith("sunra: ")
    assert expected in errors


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("SUNRA_MODELS_DIR", str(tmp_path))


@pytest.mark.parametrize("title", CASES)
def test_refused_in_one_line(
    title: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    make, expected = CASES[title]
    arguments = make(tmp_path)
    before = content_of(tmp_path)
    monkeypatch.setattr(sys, "argv", ["sunra", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        sunra.main()
    assert stop.value.code == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert_one_line(captured.err, expected)
    assert content_of(tmp_path) == before


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("sunra")), *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


# Logging, native libraries and what is imported differ in a process of its own.
REAL_PROCESSES = [
    "a truncated OpenStreetMap file is not imported",
    "a map with a zone that crosses itself is not served",
    "weights with another hash are not good",
    "a scenario with an unknown actor starts no vehicle",
]


@pytest.mark.parametrize("title", REAL_PROCESSES)
def test_a_real_process_refuses_alike(title: str, tmp_path: Path) -> None:
    make, expected = CASES[title]
    arguments = make(tmp_path)
    before = content_of(tmp_path)
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert_one_line(done.stderr, expected)
    assert content_of(tmp_path) == before


def test_a_taken_port_leaves_a_running_servers_data_alone(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(*serve(tmp_path, "--port", port))
    assert done.returncode == 2
    assert done.stdout == ""
    assert_one_line(done.stderr, f"port 127.0.0.1:{port} cannot be used: Address already in use")
    assert [path.name for path in content_of(tmp_path)] == ["server.lock"]


def test_a_demonstration_without_a_folder_is_one_line() -> None:
    done = run("demo", "--once", "--out", "/proc/none")
    assert done.returncode == 2
    assert done.stdout == ""
    assert_one_line(done.stderr, "/proc/none: No such file or directory")


def test_a_good_map_is_not_lost_to_a_bad_import(tmp_path: Path) -> None:
    """What stood at --out before stays whole."""
    out = tmp_path / "out.geojson"
    shutil.copy(MAP, out)
    done = run(*map_import(tmp_path, osm(tmp_path, OSM[:-30])))
    assert done.returncode == 2
    assert out.read_bytes() == MAP.read_bytes()
