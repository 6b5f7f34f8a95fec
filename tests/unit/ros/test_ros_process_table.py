"""The process table, its settings, and the environment."""

from __future__ import annotations

import ast
import runpy
import sys
import types
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from patrol.errors import ConfigError, SunraError
from patrol.topics import TOPICS
from patrol_bringup.build_interfaces import rewrite_baked_paths
from patrol_bringup.environment import BOOTSTRAP_DONE, foreign_environment, ros_environment
from patrol_bringup.processes import PROCESSES, RestartPolicy, node_arguments, select_processes
from patrol_bringup.settings import VehicleSettings, check_files
from patrol_bringup.supervisor import clean_shared_memory

ROOT = Path(__file__).parents[3]
VEHICLE, MAP = ROOT / "config" / "vehicles" / "goalie.yaml", ROOT / "maps" / "sillim.geojson"
LAUNCH = ROOT / "ros2_ws" / "src" / "patrol_bringup" / "launch" / "vehicle.launch.py"


def settings(folder: Path, **changes: object) -> VehicleSettings:
    return VehicleSettings(VEHICLE, MAP, folder, **changes)  # type: ignore[arg-type]


def names(**options: object) -> list[str]:
    return [row.name for row in select_processes(**options)]  # type: ignore[arg-type]


def source_of(node: str) -> str:
    """The text of the module of a `module:Class`."""
    module = node.partition(":")[0]
    folder = ROOT / "ros2_ws" / "src" / module.split(".")[0]
    return (folder / (module.replace(".", "/") + ".py")).read_text()


def test_a_real_vehicle_has_four_processes() -> None:
    assert names(simulated=False, with_credentials=True) == [
        "safety",
        "navigation",
        "perception",
        "client",
    ]


def test_without_credentials_there_is_no_client() -> None:
    assert "client" not in names(simulated=True, with_credentials=False)
    assert names(simulated=True, with_credentials=True)[0] == "simulator"


def test_an_unknown_process_is_named() -> None:
    with pytest.raises(ConfigError, match="no process 'navi'; known: simulator, safety"):
        select_processes(simulated=True, with_credentials=True, only=("navi",))


def test_every_node_of_the_table_exists() -> None:
    for row in PROCESSES.values():
        for node in row.nodes:
            module, _, attribute = node.partition(":")
            path = (
                ROOT
                / "ros2_ws"
                / "src"
                / module.split(".")[0]
                / (module.replace(".", "/") + ".py")
            )
            assert f"class {attribute}(VehicleNode)" in path.read_text(), node


def test_every_publisher_of_the_topic_table_is_a_node_of_the_vehicle() -> None:
    sources = "".join(source_of(node) for row in PROCESSES.values() for node in row.nodes)
    for topic in TOPICS.values():
        assert f'super().__init__("{topic.publisher}")' in sources, topic.name


def test_restart_pauses_grow_up_to_a_limit() -> None:
    policy = RestartPolicy(0.2, 2.0, 1.0)
    assert [policy.delay_s(n) for n in (1, 2, 3, 4, 9)] == [0.2, 0.4, 0.8, 1.0, 1.0]


def test_parameters_are_one_file_for_every_node(tmp_path: Path) -> None:
    path = settings(tmp_path, simulated=True).resolved().write_parameters()
    parameters = yaml.safe_load(path.read_text())["/**"]["ros__parameters"]
    assert parameters["use_sim_time"] is True
    assert parameters["vehicle_file"] == str(VEHICLE)
    assert parameters["real_time_factor"] == 1.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"credentials_file": Path("nowhere.json")}, "--credentials: nowhere.json: no such file"),
        ({"domain_id": 102}, r"--domain-id: 102 is outside \[0, 101\]"),
        ({"real_time_factor": 0.0}, "--real-time-factor: 0 is outside"),
        ({"detector": "magic"}, "--detector: 'magic' is none of: yolo, none"),
    ],
)
def test_bad_settings_are_one_line(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        settings(tmp_path, **changes).resolved()


def test_the_environment_is_complete_and_repeatable() -> None:
    once = ros_environment({"LD_LIBRARY_PATH": "/opt/own"}, domain_id=7)
    assert once == ros_environment(once, domain_id=7)
    assert once["ROS_DOMAIN_ID"] == "7"
    assert once["LD_LIBRARY_PATH"].endswith("/opt/own")
    assert Path(once["FASTRTPS_DEFAULT_PROFILES_FILE"]).is_file()


def test_a_child_with_another_python_gets_none_of_it() -> None:
    clean = foreign_environment(ros_environment({"HOME": "/h"}))
    assert BOOTSTRAP_DONE not in clean
    assert "LD_LIBRARY_PATH" not in clean
    assert clean["HOME"] == "/h"


def test_baked_paths_are_rewritten_once(tmp_path: Path) -> None:
    cmake = tmp_path / "x" / "cmake" / "export_xExport.cmake"
    cmake.parent.mkdir(parents=True)
    cmake.write_text(
        'I "/opt/python/cp312-cp312/include/python3.12;/opt/python/cp312-cp312/lib/python3.12'
        '/site-packages/numpy/_core/include"'
    )
    assert rewrite_baked_paths(tmp_path, Path("/py/include"), Path("/np/include")) == 1
    assert cmake.read_text() == 'I "/py/include;/np/include"'
    assert rewrite_baked_paths(tmp_path, Path("/py/include"), Path("/np/include")) == 0


def test_shared_memory_that_nobody_maps_is_removed(tmp_path: Path) -> None:
    for name in ("fastrtps_0123456789abcdef", "sem.fastrtps_port9999_mutex", "other"):
        (tmp_path / name).touch()
    assert clean_shared_memory(tmp_path) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_the_launch_file_starts_the_same_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, object]] = []

    class Recorder:
        def __init__(self, *_: object, **options: object) -> None:
            made.append(options)

    fakes = {
        "launch": {"LaunchContext": object, "LaunchDescription": Recorder},
        "launch.actions": {
            "DeclareLaunchArgument": Recorder,
            "OpaqueFunction": Recorder,
            "SetEnvironmentVariable": Recorder,
        },
        "launch.substitutions": {"LaunchConfiguration": Recorder},
        "launch_ros": {},
        "launch_ros.actions": {"Node": Recorder},
    }
    for name, attributes in fakes.items():
        module = types.ModuleType(name)
        vars(module).update(attributes)
        monkeypatch.setitem(sys.modules, name, module)
    launch = runpy.run_path(str(LAUNCH))
    launch["generate_launch_description"]()
    values = {name: default or "" for name, default in launch["ARGUMENTS"].items()}
    values |= {"vehicle": str(VEHICLE), "map": str(MAP), "state_dir": str(tmp_path)}
    made.clear()
    launch["nodes_of"](launch["settings_of"](values | {"simulated": "true"}))
    started = [options["arguments"] for options in made if options.get("executable") == "process"]
    assert started == [
        node_arguments(row) for row in select_processes(simulated=True, with_credentials=False)
    ]


# package → what of ours it may import beside itself and patrol_ros
ALLOWED = {
    "patrol_ros": {"patrol", "navigation"},
    "patrol_base": {"patrol", "navigation"},
    "patrol_localization": {"patrol", "navigation"},
    "patrol_navigation": {"patrol", "navigation"},
    "patrol_perception": {"patrol", "perception"},
    "patrol_fleet_client": {"patrol", "navigation", "fleet_client"},
    # it plays scenarios upon the vehicle: orders over the broker, verdicts on what navigation says
    "patrol_simulation": {"patrol", "navigation", "fleet_client", "simulation"},
    "patrol_gazebo": {
        "patrol",
        "navigation",
        "simulation",
        "patrol_bringup",
        "patrol_description",
    },
    "patrol_description": {"patrol"},
    "patrol_bringup": {"patrol", "fleet_client", "perception", "simulation", "patrol_description"},
}
LIBRARIES = {"patrol", "navigation", "perception", "fleet_client", "fleet_server", "simulation"}


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_no_node_imports_another_nodes_python(package: str) -> None:
    ours = LIBRARIES | set(ALLOWED)
    allowed = ALLOWED[package] | {package, "patrol_ros"}
    for path in (ROOT / "ros2_ws" / "src" / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for name in names:
                top = name.split(".")[0]
                assert top not in ours or top in allowed, f"{path}: imports {name}"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("vehicle_file", "name: x", "key 'manufacturer' is missing"),
        ("map_file", "{}", "map.geojson|map_file"),
        ("credentials_file", "{}", "key 'host' is missing"),
    ],
)
def test_a_bad_file_is_one_line_before_anything_starts(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(SunraError, match=message):
        check_files(replace(settings(tmp_path), **{name: path}).resolved())
