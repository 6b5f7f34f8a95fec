"""The folder is written whole or not at all, and bad input is one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from demo.simulate_cli import simulate_group
from patrol.errors import ConfigError, MapError, SunraError
from patrol.vehicle import VehicleSpec
from patrol_description.urdf import urdf_of
from simulation.gazebo.export import folder_files, write_folder
from simulation.gazebo.source import Source, dock_pose, open_source
from simulation.scenarios.load import load_scenario
from simulation.world import World

ROOT = Path(__file__).parents[4]
GROUND = ROOT / "maps" / "proving_ground.geojson"


FILES = {"world.sdf": "<sdf/>", "meshes/a.obj": "v 0 0 0\n"}


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_holds_everything_that_gazebo_needs(folder: Path) -> None:
    names = ["bridge.yaml", "meshes", "vehicle.sdf", "vehicle.urdf", "world.sdf"]
    assert [name for name in listed(folder) if not name.startswith("checked_")] == names


def test_an_export_replaces_an_earlier_one(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "world"
    write_folder(FILES | {"meshes/stale.obj": ""}, out)
    write_folder(FILES, out)
    assert listed(out) == ["meshes", "world.sdf"]
    assert listed(out / "meshes") == ["a.obj"]
    assert listed(out.parent) == ["world"]


def test_the_same_world_gives_the_same_files(
    world: World, goalie_spec: VehicleSpec, folder: Path
) -> None:
    start = dock_pose(world.patrol_map, "")
    again = folder_files(Source(world, goalie_spec, start), urdf_of(goalie_spec))
    for name, text in again.items():
        assert (folder / name).read_text() == text, name


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match="is in the way; give an empty folder"):
        write_folder(FILES, tmp_path)
    assert listed(tmp_path) == ["thesis.txt"]


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be written"):
        write_folder(FILES, tmp_path / "file" / "world")


def test_an_earlier_export_comes_back_where_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, rename = tmp_path / "world", Path.rename
    write_folder(FILES, out)

    def fails_for_the_new_one(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails_for_the_new_one)
    with pytest.raises(ConfigError, match="Input/output error"):
        write_folder({"world.sdf": "other"}, out)
    assert (out / "world.sdf").read_text() == "<sdf/>"
    assert listed(tmp_path) == ["world"]


def test_nothing_is_left_of_a_failed_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, *_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ConfigError, match="cannot be written: No space left on device"):
        write_folder(FILES, tmp_path / "world")
    assert listed(tmp_path) == []


def test_the_start_is_a_dock_of_the_map() -> None:
    source = open_source(GROUND)
    start, dock = source.start, source.world.patrol_map.docks[0]
    node = source.world.patrol_map.nodes[dock.node_id]
    assert (start.x_m, start.y_m, start.yaw_rad) == (node.x_m, node.y_m, dock.heading_rad)
    with pytest.raises(MapError, match="nowhere"):
        open_source(GROUND, dock="nowhere")


def test_a_scenario_brings_its_start_and_its_actors() -> None:
    files = sorted((ROOT / "config" / "scenarios").rglob("*.yaml"))
    texts = {path: path.read_text() for path in files}
    path = next(p for p in files if GROUND.name in texts[p] and "actors:" in texts[p])
    source, scenario = open_source(path), load_scenario(path)
    assert len(source.world.actors) == len(scenario.actors) > 0
    assert source.start == scenario.start
    assert source.spec == scenario.spec
    assert source.world.conditions == scenario.conditions


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.geojson"], "none.geojson"),
        (["none.yaml"], "none.yaml"),
        ([str(GROUND), "--dock", "nowhere"], "nowhere"),
        ([str(GROUND), "--vehicle", "none.yaml"], "none.yaml"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    arguments = ["gazebo", *arguments, "--out", str(tmp_path / "world")]
    result = CliRunner().invoke(simulate_group, arguments)
    assert isinstance(result.exception, SunraError)  # which `sunra` prints, and exits with 2
    assert len(str(result.exception).splitlines()) == 1
    assert message in str(result.exception)
    assert listed(tmp_path) == []


def test_the_command_says_what_it_wrote(tmp_path: Path) -> None:
    out = tmp_path / "world"
    result = CliRunner().invoke(
        simulate_group,
        ["gazebo", str(GROUND), "--out", str(out), "--parked-cars", "3"],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert f"{out / 'world.sdf'}: 9 buildings, 3 parked cars, 0 actors" in result.output
