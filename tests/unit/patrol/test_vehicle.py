"""Vehicle files and the legal speed."""

import itertools
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
        ("name: drop_middle", "name: side_left", "two sensors are called 'side_left'"),
        (
            "yaw_rad: 0.0, pitch_rad: 0.5612",
            "yaw_rad: 0.0, pitch_rad: 0.2",
            "range_max_m: the beam meets level ground at 5.54 m, outside of 0.2 to 4 m",
        ),
        (
            "yaw_rad: 0.0, pitch_rad: 0.5612",
            "yaw_rad: 0.0, pitch_rad: -0.5",
            r"pitch_rad: -0.5 is outside \[0.2, 1.5708\]",
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


def test_the_goalie_looks_far_enough_ahead_and_behind_to_stop_short_of_an_edge() -> None:
    """docs/safety.md#edges-and-holes: two readings, the way to stop, the gate's margin."""
    spec = load_vehicle(GOALIE)
    period_s = 1.0 / spec.drop_rangers[0].rate_hz
    for speed_mps, sign, bumper_m in ((spec.speed_cap_mps, 1, spec.front_m),
                                      (0.3, -1, spec.rear_overhang_m)):  # fmt: skip
        feet = [r.foot_m for r in spec.drop_rangers if r.foot_m[0] * sign > 0]
        feet = [(x, y) for x, y in feet if abs(y) < spec.width_m / 2 + 0.1]
        reach_m = min(sign * x for x, _ in feet) - bumper_m
        stop_m = speed_mps * 0.3 + speed_mps**2 / (2 * spec.max_deceleration_mps2)
        assert reach_m >= 2 * period_s * speed_mps + stop_m + 0.25
    across = sorted(y for x, y in (r.foot_m for r in spec.drop_rangers) if x > 2.8)
    assert max(b - a for a, b in itertools.pairwise(across)) <= 0.261
    assert -across[0] == pytest.approx(across[-1]) == pytest.approx(0.52, abs=0.001)
