"""`sunra simulate`: help without heavy imports, clear refusals, one picture end to end."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from click.testing import CliRunner

from demo.simulate_cli import COMMANDS, simulate_group
from patrol.errors import SunraError

ROOT = Path(__file__).parents[3]
MAP, VEHICLE = ROOT / "maps" / "sillim.geojson", ROOT / "config" / "vehicles" / "goalie.yaml"


def picture(*arguments: str) -> list[str]:
    return ["picture", str(MAP), "--vehicle", str(VEHICLE), *arguments]


def test_help_lists_every_subcommand() -> None:
    result = CliRunner().invoke(simulate_group, ["--help"])
    assert result.exit_code == 0
    assert all(name in result.output for name in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--at", "1,2", "--out", "p.png"], "'1,2' is not x_m,y_m,yaw_rad"),
        (["--at", "1,2,nan", "--out", "p.png"], "has a value that is no number"),
        (["--at", "1,2,3", "--out", "p.gif"], "does not end in .png or .jpg"),
    ],
)
def test_bad_arguments_are_refused(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(simulate_group, picture(*arguments))
    assert result.exit_code == 2
    assert message in result.output


def test_unknown_camera_is_refused(tmp_path: Path) -> None:
    arguments = picture("--at", "0,0,0", "--out", str(tmp_path / "p.png"), "--camera", "vulkan")
    result = CliRunner().invoke(simulate_group, arguments)
    assert isinstance(result.exception, SunraError)
    assert not (tmp_path / "p.png").exists()


def test_picture_of_the_shipped_map(tmp_path: Path) -> None:
    out = tmp_path / "new" / "p.png"
    arguments = picture("--at", "66,-14.5,-1.5", "--out", str(out), "--camera", "software")
    result = CliRunner().invoke(simulate_group, arguments)
    assert result.exit_code == 0, result.output
    assert cv2.imread(str(out)).shape == (360, 640, 3)


def test_thermal_picture_of_a_night(tmp_path: Path) -> None:
    out = tmp_path / "t.png"
    arguments = picture("--at", "66,-14.5,-1.5", "--out", str(out), "--camera", "software",
                        "--thermal", "--hour", "23", "--parked-cars", "0")  # fmt: skip
    result = CliRunner().invoke(simulate_group, arguments)
    assert result.exit_code == 0, result.output
    grey = cv2.imread(str(out), cv2.IMREAD_GRAYSCALE)
    assert grey[300:].mean() > grey[:30].mean()


def test_unknown_weather_is_refused() -> None:
    arguments = picture("--at", "0,0,0", "--out", "p.png", "--weather", "hail")
    result = CliRunner().invoke(simulate_group, arguments)
    assert result.exit_code == 2
    assert "'hail' is not one of 'clear', 'cloudy', 'rain', 'fog'" in result.output
