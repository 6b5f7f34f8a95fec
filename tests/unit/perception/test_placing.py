"""Places of boxes: the ground's slope, people's heights and lidar together, and honest doubt."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from patrol.geometry import Pose2, Scan, StampedPose
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle
from perception.ground_projection import GroundProjector
from perception.map_heights import MapHeights
from perception.placing import Placed, Placer
from perception.ranging import RangingConfig

REPOSITORY = Path(__file__).parents[3]
SPEC = load_vehicle(REPOSITORY / "config" / "vehicles" / "goalie.yaml")
CAMERA = SPEC.cameras[0]
CHI2_95 = 5.99
CONFIG = RangingConfig()


def at(tilt_rad: float = 0.0) -> GroundProjector:
    stamped = StampedPose(0.0, Pose2(0.0, 0.0, 0.0), np.eye(3) * 1e-6, pitch_rad=tilt_rad)
    return GroundProjector(CAMERA, stamped)


def placer(heights: MapHeights | None = None) -> Placer:
    return Placer(CONFIG, 25.0, SPEC.lidar, heights)


def box(x: float, y: float, height: float, rise: float = 0.0, width: float = 0.5) -> np.ndarray:
    """What a detector draws round somebody: a little more than the body."""
    tight = at().boxes_at(np.array([[x, y]]), np.array([[width, height]]), np.array([rise]))[0]
    tall = tight[3] - tight[1]
    drawn = tall / (1.0 - CONFIG.low_share - CONFIG.high_share)
    tight[1] -= CONFIG.high_share * drawn
    tight[3] += CONFIG.low_share * drawn
    return tight


def place(one: np.ndarray, label: str = "person", by: Placer | None = None) -> Placed | None:
    return (by or placer()).places(at(), one[None], [label], None)[0]


def far_off(placed: Placed | None, x: float, y: float) -> float:
    assert placed is not None
    return math.dist((placed.point.x_m, placed.point.y_m), (x, y))


def in_ellipse(placed: Placed | None, x: float, y: float) -> bool:
    assert placed is not None
    error = np.array([placed.point.x_m - x, placed.point.y_m - y])
    return bool(error @ np.linalg.solve(placed.point.covariance, error) < CHI2_95)


def ramp(begins_m: float, grade: float) -> MapHeights:
    """A street ahead that is level, then climbs."""
    xs = np.arange(-10.0, 40.0, 1.0)
    zs = np.maximum(xs - begins_m, 0.0) * grade
    return MapHeights(np.column_stack((xs, np.zeros(len(xs)), zs)))


def scan_of(*bodies: tuple[float, float]) -> Scan:
    """A scan that meets round bodies of 0.2 m in base_link, and nothing else."""
    angles = np.linspace(-SPEC.lidar.field_of_view_rad / 2, SPEC.lidar.field_of_view_rad / 2, 1081)
    ranges = np.full(len(angles), np.inf)
    for x, y in bodies:
        dx, dy = x - SPEC.lidar.x_m, y - SPEC.lidar.y_m
        far = math.hypot(dx, dy)
        hit = np.abs(angles - math.atan2(dy, dx)) < math.atan(0.2 / far)
        ranges[hit] = np.minimum(ranges[hit], far - 0.1)
    step = float(angles[1] - angles[0])
    return Scan(0.0, float(angles[0]), step, ranges, 0.06, 25.0)


@pytest.mark.parametrize("ahead_m", [3.5, 6.0, 10.0, 14.0, 19.0])
def test_a_grown_up_on_level_ground_is_placed_within_a_few_percent(ahead_m: float) -> None:
    placed = place(box(ahead_m, 1.0, 1.67))
    assert far_off(placed, ahead_m, 1.0) < 0.1 + 0.04 * ahead_m
    assert in_ellipse(placed, ahead_m, 1.0)


@pytest.mark.parametrize("grade", [-0.08, 0.08])
def test_the_map_tells_where_the_street_begins_to_climb(grade: float) -> None:
    """A bag has no known height; the plane under the vehicle alone puts it metres off."""
    rise = (14.0 - 5.0) * grade
    bag = box(14.0, 0.0, 0.5, rise, 0.5)
    flat = at().ground_point(float(bag[0] + bag[2]) / 2, float(bag[3]))
    assert flat is None or abs(flat.x_m - 14.0) > 4.0
    placed = place(bag, "suitcase", placer(ramp(5.0, grade)))
    assert far_off(placed, 14.0, 0.0) < 1.5
    assert in_ellipse(placed, 14.0, 0.0)


@pytest.mark.parametrize("grade", [-0.06, 0.06])
def test_a_grown_up_beyond_a_slope_that_no_map_tells_of_is_placed_by_height(grade: float) -> None:
    placed = place(box(14.0, 0.0, 1.67, (14.0 - 5.0) * grade))
    assert far_off(placed, 14.0, 0.0) < 1.5
    assert in_ellipse(placed, 14.0, 0.0)


@pytest.mark.parametrize("height_m", [0.95, 1.1, 1.3])
def test_a_child_nearby_stays_nearby(height_m: float) -> None:
    placed = place(box(5.0, 0.5, height_m, width=0.35), by=placer(ramp(30.0, 0.0)))
    assert far_off(placed, 5.0, 0.5) < 0.5


@pytest.mark.parametrize("ahead_m", [8.0, 12.0, 16.0])
def test_the_ellipse_holds_a_child_far_away(ahead_m: float) -> None:
    assert in_ellipse(place(box(ahead_m, 0.5, 1.2, width=0.35)), ahead_m, 0.5)


def test_who_sits_is_not_taken_for_a_grown_up_who_is_far_away() -> None:
    assert far_off(place(box(9.0, 0.0, 0.9, width=0.8)), 9.0, 0.0) < 0.6


def test_what_was_measured_without_heights_is_kept_for_who_asks_for_heights() -> None:
    placed = place(box(5.0, 0.0, 1.1, width=0.35))
    assert placed is not None
    assert placed.point.measured_range_m == pytest.approx(5.0 - CAMERA.x_m, abs=0.4)


def test_nothing_is_placed_above_the_horizon_but_people() -> None:
    high = box(15.0, 0.0, 1.67, 1.3)
    assert place(high, "suitcase") is None
    assert far_off(place(high), 15.0, 0.0) < 2.0


def test_the_ellipses_hold_as_many_as_they_say() -> None:
    """400 people of drawn heights, with boxes, tilt and slopes that are not known exactly."""
    rng = np.random.default_rng(5)
    held, by = 0, placer(ramp(30.0, 0.0))
    for _ in range(400):
        x, y = rng.uniform(4.0, 18.0), rng.uniform(-1.5, 1.5)
        tall = rng.normal(1.67, 0.09) if rng.random() < 0.9 else rng.normal(1.25, 0.25)
        seen = box(x, y, tall, rng.normal(0.0, 0.08) + 0.008 * x * rng.normal())
        seen += rng.normal(0.0, 1.5, 4)
        held += in_ellipse(place(seen, by=by), x, y)
    assert 0.90 <= held / 400 <= 0.99


def test_lidar_says_where_somebody_is() -> None:
    scan = scan_of((9.0, 0.5))
    placed = placer().places(at(), box(9.0, 0.5, 1.67)[None], ["person"], scan)[0]
    assert placed is not None
    assert placed.point.from_lidar
    assert far_off(placed, 9.0, 0.5) < 0.2


def test_where_the_beam_meets_the_ground_it_says_nothing_of_who_stands_behind() -> None:
    """A street that climbs from 5 m on comes up to the beam 4.4 m further, in an unbroken line."""
    heights, angles = ramp(5.0, 0.08), np.linspace(-1.0, 1.0, 400)
    street = Scan(0.0, -1.0, 2.0 / 399, (9.4 - SPEC.lidar.x_m) / np.cos(angles), 0.06, 25.0)
    one = box(10.3, 0.0, 1.67, (10.3 - 5.0) * 0.08)[None]
    by_map = placer(heights).places(at(), one, ["person"], street)[0]
    assert by_map is not None
    assert not by_map.point.from_lidar
    assert far_off(by_map, 10.3, 0.0) < 0.5
    level = placer().places(at(), one, ["person"], street)[0]  # no map: nothing is called ground
    assert level is not None
    assert level.point.from_lidar


@pytest.mark.parametrize(
    ("half_m", "beside_m", "stands"),
    [
        (0.25, 9.4, True),  # as wide as a body, the ground further off on either side
        (1.2, 9.4, False),  # a bank of earth
        (0.25, math.inf, False),  # nothing is measured beside it
        (0.25, 8.3, False),  # hardly further off
    ],
)
def test_where_the_beam_grazes_the_ground_a_body_is_what_stands_before_it(
    half_m: float, beside_m: float, stands: bool
) -> None:
    """8 m away a street that climbs from 5 m on is 0.11 m below the beam."""
    angles = np.linspace(-1.0, 1.0, 400)
    ranges = (beside_m - SPEC.lidar.x_m) / np.cos(angles)
    near = (8.0 - SPEC.lidar.x_m) / np.cos(angles)
    met = np.abs(near * np.sin(angles)) < half_m
    ranges[met] = near[met]
    child = box(8.0, 0.0, 1.2, 3.0 * 0.08)[None]
    scan = Scan(0.0, -1.0, 2.0 / 399, ranges, 0.06, 25.0)
    placed = placer(ramp(5.0, 0.08)).places(at(), child, ["person"], scan)[0]
    assert placed is not None
    assert placed.point.from_lidar == stands
    if stands:
        assert far_off(placed, 8.0, 0.0) < 0.1


def test_who_stands_before_a_climb_keeps_their_echo() -> None:
    scan, one = scan_of((7.0, 0.5)), box(7.0, 0.5, 1.67, 2.0 * 0.08)[None]
    placed = placer(ramp(5.0, 0.08)).places(at(), one, ["person"], scan)[0]
    assert placed is not None
    assert placed.point.from_lidar


def test_the_beam_passes_above_who_lies() -> None:
    wall = scan_of((9.0, 0.5))  # behind: whatever the beam meets is not the body
    lying = placer().places(at(), box(8.0, 0.5, 0.3, width=1.7)[None], ["person"], wall)[0]
    assert lying is not None
    assert not lying.point.from_lidar


def test_a_box_that_is_no_number_is_left_out_and_harms_no_other() -> None:
    good, scan = box(9.0, 0.5, 1.67), scan_of((9.0, 0.5))
    both = np.array([np.full(4, np.nan), good])
    bad, placed = placer().places(at(), both, ["person", "person"], scan)
    assert bad is None
    assert far_off(placed, 9.0, 0.5) < 0.2


def test_who_stands_behind_somebody_does_not_get_their_echo() -> None:
    scan = scan_of((8.0, 0.0))  # the one behind is in the beam's shadow
    both = np.array([box(9.2, 0.15, 1.7), box(8.0, 0.0, 1.6)])
    both[0, 3] -= 4  # half hidden: its feet are seen a little too high
    behind, front = placer().places(at(), both, ["person", "person"], scan)
    assert front is not None
    assert front.point.from_lidar
    assert behind is not None
    assert behind.point.x_m > 8.6


def test_two_boxes_of_one_body_share_its_echo() -> None:
    one = box(8.0, 0.0, 1.67)
    twice = np.array([one, one + np.array([-1.0, 2.0, 2.0, -1.0])])
    placed = placer().places(at(), twice, ["person", "person"], scan_of((8.0, 0.0)))
    assert [p is not None and p.point.from_lidar for p in placed] == [True, True]


def half_hidden(x: float, from_m: float, to_m: float) -> np.ndarray:
    """The box of somebody of whom only what is between two heights shows."""
    return box(x, 0.0, to_m - from_m, rise=from_m)


def test_whose_feet_something_hides_may_be_that_itself() -> None:
    seen = half_hidden(5.5, 0.43, 1.3)  # sits; the knees are behind something low
    alone = place(seen)
    assert not in_ellipse(alone, 5.5, 0.0)  # taken for a child behind the bench, for sure
    placed = placer().places(at(), seen[None], ["person"], scan_of((5.5, 0.0)))[0]
    assert placed is not None
    assert not placed.point.from_lidar
    assert in_ellipse(placed, 5.5, 0.0)
    assert (placed.point.x_m, placed.height_m) == (alone.point.x_m, alone.height_m)


def test_a_low_thing_in_front_of_feet_that_show_is_no_doubt() -> None:
    seen = box(9.0, 0.0, 1.67)
    alone, beside = place(seen), placer().places(at(), seen[None], ["person"], scan_of((4.0, 0.0)))
    np.testing.assert_array_equal(beside[0].point.covariance, alone.point.covariance)


def test_whose_feet_somebody_known_hides_is_no_doubt() -> None:
    both = np.array([half_hidden(7.0, 0.35, 1.25), box(6.5, 0.1, 1.6)])
    alone = place(both[0])
    behind, front = placer().places(at(), both, ["person", "person"], scan_of((6.5, 0.1)))
    assert front.point.from_lidar
    np.testing.assert_array_equal(behind.point.covariance, alone.point.covariance)
    sits, bench = placer().places(at(), both, ["person", "bench"], scan_of((6.5, 0.1)))
    assert bench.point.from_lidar
    assert in_ellipse(sits, 6.5, 0.1)


def test_whose_feet_are_below_the_picture_is_where_the_nearest_echo_is() -> None:
    ahead = CAMERA.x_m + 0.8
    seen = box(ahead, 0.0, 1.67)
    seen[1], seen[3] = max(seen[1], 1.0), CAMERA.height_px - 5.0  # as stock YOLO ends such a box
    scan = scan_of((ahead, 0.0), (CAMERA.x_m + 2.5, 0.6), (CAMERA.x_m + 2.5, -0.6))
    placed = placer().places(at(), seen[None], ["person"], scan)[0]
    assert far_off(placed, ahead, 0.0) < 0.2
    whole = box(CAMERA.x_m + 6.0, 0.0, 1.67)  # and whose feet show is not what stands before
    placed = placer().places(at(), whole[None], ["person"], scan_of((CAMERA.x_m + 1.2, 0.0)))[0]
    assert far_off(placed, CAMERA.x_m + 6.0, 0.0) < 0.4


def test_no_boxes_are_no_places() -> None:
    assert placer().places(at(), np.zeros((0, 4)), [], None) == []


def test_heights_of_a_map_follow_its_ways() -> None:
    sillim = load_map(REPOSITORY / "maps" / "sillim.geojson")
    heights = MapHeights.of(sillim)
    assert heights is not None
    for edge in list(sillim.edges.values())[:40]:
        a, b = sillim.nodes[edge.start_id], sillim.nodes[edge.end_id]
        (z,), (away,) = heights.at(np.array([[(a.x_m + b.x_m) / 2, (a.y_m + b.y_m) / 2]]))
        assert away < 0.6
        assert z == pytest.approx((a.z_m + b.z_m) / 2, abs=0.3)


def test_a_level_map_has_no_heights() -> None:
    level = np.column_stack((np.arange(5.0), np.zeros(5), np.zeros(5)))
    assert MapHeights(level).at(np.array([[2.0, 9.0]]))[1][0] == pytest.approx(9.0)
    proving = load_map(REPOSITORY / "maps" / "proving_ground.geojson")
    nodes = {key: replace(node, z_m=3.0) for key, node in proving.nodes.items()}
    assert MapHeights.of(replace(proving, nodes=nodes)) is None


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"outlier_share": 0.0}, r"outlier_share: 0.0 must be in \(0, 1\)"),
        ({"low_share": 0.5}, r"low_share: 0.5 must be in \[0, 0.3\)"),
        ({"adult_sigma_m": 0.0}, "adult_sigma_m: 0.0 must be above 0"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        RangingConfig(**limits)
