"""WGS 84 and local ENU."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.geodesy import GeoPoint, enu_from_wgs84, wgs84_from_enu, wrap_angle
from patrol.geometry import Pose2

ORIGIN = GeoPoint(37.4843, 126.9293, 60.0)
METRES = st.floats(-5000, 5000)


@given(METRES, METRES, st.floats(-100, 300))
def test_there_and_back_is_the_same_place(x_m: float, y_m: float, z_m: float) -> None:
    back = enu_from_wgs84(wgs84_from_enu(x_m, y_m, z_m, ORIGIN), ORIGIN)
    assert back == pytest.approx((x_m, y_m, z_m), abs=1e-5)


def test_a_thousandth_of_a_degree_north_is_111_metres() -> None:
    # WGS 84 meridional radius of curvature at 37.4843 degrees north is 6,358,987 m
    north = enu_from_wgs84(GeoPoint(37.4853, 126.9293, 60.0), ORIGIN)
    assert north[0] == pytest.approx(0.0, abs=1e-3)
    assert north[1] == pytest.approx(math.radians(0.001) * (6_358_987 + 60), abs=0.02)


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, 181), (math.nan, 0)])
def test_impossible_places_are_refused(latitude: float, longitude: float) -> None:
    with pytest.raises(ValueError, match="outside"):
        GeoPoint(latitude, longitude)


@given(st.floats(-100, 100))
def test_wrapped_angle_is_the_same_direction_in_half_open_range(angle_rad: float) -> None:
    wrapped = wrap_angle(angle_rad)
    assert -math.pi <= wrapped < math.pi
    assert math.cos(wrapped) == pytest.approx(math.cos(angle_rad), abs=1e-9)


@given(METRES, METRES, st.floats(-3, 3), METRES, METRES)
def test_pose_inverse_undoes_transform(
    x_m: float, y_m: float, yaw: float, px: float, py: float
) -> None:
    pose = Pose2(x_m, y_m, yaw)
    assert pose.inverse_transform(*pose.transform(px, py)) == pytest.approx((px, py), abs=1e-6)
