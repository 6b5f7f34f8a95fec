"""Vehicle files and the legal speed."""

from dataclasses import replace
from pathlib import Path

import pytest

from patrol.errors import ConfigError
from patrol.vehicle import legal_speed_cap_mps, load_vehicle

GOALIE = Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml"


@pytest.mark.parametrize(
    ("mass_kg", "cap_kmh"), [(290, 5), (230.1, 5), (230, 10), (100.1, 10), (100, 15), (20, 15)]
)
def test_mass_decides_the_speed_on_pavements(mass_kg: float, cap_kmh: float) -> None:
    assert legal_speed_cap_mps(mass_kg) == pytest.approx(cap_kmh / 3.6)


def test_the_law_caps_the_goalie_below_what_it_can() -> None:
    spec = load_vehicle(GOALIE)
    assert spec.max_speed_mps > spec.speed_cap_mps == pytest.approx(5 / 3.6)


@pytest.mark.parametrize(
    ("line", "wrong", "message"),
    [
        ("width_m: 0.90", "width_m: 1.30", r"width_m: 1.3 is outside \[0.2, 1.2\]"),
        ("mass_kg: 290", "mass_kg: 501", r"mass_kg: 501 is outside \[1, 500\]"),
        ("mass_kg: 290", "mass: 290", "unknown key 'mass'"),
        ("mass_kg: 290", "mass_kg: heavy", "mass_kg: expected float, got 'heavy'"),
        ("mass_kg: 290", "mass_kg: .nan", "mass_kg: nan is outside"),
        ("mass_kg: 290", "mass_kg: [", "not valid YAML"),
        ("mass_kg: 290", "mass_kg: 290\nmass_kg: 20", "'mass_kg' stands twice"),
        ("mass_kg: 290\n", "", "key 'mass_kg' is missing"),
        ("rays: 541", "rays: 1", r"rays: 1 is outside"),
        ("name: rear_left", "name: front", "two sensors are called 'front'"),
        ("name: rear_left", "name: rear-left", "name: 'rear-left' is none for a topic"),
        ("name: rear_left", "name: ''", "name: '' is none for a topic"),
        (
            "range_min_m: 0.20, range_max_m: 3.0",
            "range_min_m: 0.9, range_max_m: 0.5",
            "range_min_m: 0.9 is not below range_max_m",
        ),
        ("drive_lag_s: 0.05", "drive_lag_s: 0.0", r"drive_lag_s: 0 is outside \[0.02, 1\]"),
        (
            "{x_m: 0.5, z_m: 1.24, rate_hz: 10}",
            "{x_m: 0.5, z_m: 1.24, rate_hz: 0}",
            "rate_hz: 0 is outside",
        ),
    ],
)
def test_a_wrong_vehicle_file_is_refused_in_one_line_that_names_the_place(
    tmp_path: Path, line: str, wrong: str, message: str
) -> None:
    path = tmp_path / "vehicle.yaml"
    text = GOALIE.read_text()
    assert line in text
    path.write_text(text.replace(line, wrong))
    with pytest.raises(ConfigError, match=message) as caught:
        load_vehicle(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_more_than_four_cameras_are_refused() -> None:
    spec = load_vehicle(GOALIE)
    many = tuple(replace(spec.cameras[0], name=f"c{i}") for i in range(5))
    with pytest.raises(ValueError, match="cameras: 5 are above 4"):
        replace(spec, cameras=many)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_vehicle(tmp_path / "none.yaml")
