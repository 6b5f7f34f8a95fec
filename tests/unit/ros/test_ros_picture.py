"""Pictures out of CDR bytes without a copy."""

from __future__ import annotations

import array
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from patrol.incident import AnomalyKind, Evidence, EvidenceKind, Incident, IncidentPhase, Severity
from patrol.vehicle import load_vehicle
from patrol_fleet_client.convert import evidence_of
from patrol_perception.convert import (
    message_of_detections,
    message_of_incident,
    message_of_picture,
    message_of_tracks,
    picture_of,
    warmth_of,
)
from patrol_ros.incidents import incident_of
from patrol_ros.stamps import stamp_of
from patrol_simulation.convert import message_of_thermal
from perception.detectors.scripted import detections
from perception.types import TrackView
from simulation.types import ThermalReading

GOALIE = Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml"


def image(pixels: np.ndarray, frame_id: str = "front_optical", encoding: str = "bgr8") -> Image:
    height, width, _ = pixels.shape
    return Image(
        header=Header(stamp=stamp_of(12.5), frame_id=frame_id),
        height=height,
        width=width,
        encoding=encoding,
        step=3 * width,
        data=array.array("B", pixels.tobytes()),
    )


@given(st.integers(1, 9), st.integers(1, 9), st.text("abc_", max_size=9))
def test_a_picture_comes_out_of_its_bytes(height: int, width: int, frame_id: str) -> None:
    pixels = np.arange(height * width * 3, dtype=np.uint8).reshape(height, width, 3)
    picture = picture_of(serialize_message(image(pixels, frame_id)))
    assert picture.stamp_s == 12.5
    np.testing.assert_array_equal(picture.image_bgr, pixels)


def test_a_picture_is_not_copied() -> None:
    cdr = serialize_message(image(np.zeros((4, 4, 3), np.uint8)))
    assert not picture_of(cdr).image_bgr.flags.owndata


def test_another_encoding_is_refused() -> None:
    cdr = serialize_message(image(np.zeros((2, 2, 3), np.uint8), encoding="rgb8"))
    with pytest.raises(ValueError, match="rgb8"):
        picture_of(cdr)


def test_truncated_bytes_are_refused() -> None:
    cdr = serialize_message(image(np.zeros((8, 8, 3), np.uint8)))
    with pytest.raises(ValueError, match="do not hold"):
        picture_of(cdr[:-50])


def test_big_endian_is_refused() -> None:
    with pytest.raises(ValueError, match="little-endian"):
        picture_of(b"\x00\x00\x00\x00" + bytes(64))


@given(st.integers(1, 9), st.integers(1, 9), st.floats(-40.0, 300.0))
def test_warmth_comes_out_as_it_went_in_to_a_hundredth(
    height: int, width: int, first_c: float
) -> None:
    degrees = (first_c + np.arange(height * width).reshape(height, width)).astype(np.float32)
    camera = load_vehicle(GOALIE).thermal_cameras[0]
    message = message_of_thermal(ThermalReading(12.5, camera, degrees))
    assert message.encoding == "mono16"
    warmth = warmth_of(serialize_message(message))
    assert warmth.stamp_s == 12.5
    assert warmth.celsius.dtype == np.float32
    np.testing.assert_allclose(warmth.celsius, degrees, atol=0.0051)


def test_a_colour_picture_is_no_thermal_one_and_the_other_way_round() -> None:
    with pytest.raises(ValueError, match="mono16"):
        warmth_of(serialize_message(image(np.zeros((2, 2, 3), np.uint8))))
    mono = Image(height=2, width=2, encoding="mono16", step=4, data=array.array("B", bytes(8)))
    with pytest.raises(ValueError, match="bgr8"):
        picture_of(serialize_message(mono))
    mono.is_bigendian = 1
    with pytest.raises(ValueError, match="big-endian"):
        warmth_of(serialize_message(mono))


def an_incident() -> Incident:
    return Incident(
        incident_id="i-1",
        kind=AnomalyKind.COLLAPSED_PERSON,
        severity=Severity.CRITICAL,
        phase=IncidentPhase.OPENED,
        revision=1,
        map_id="sillim",
        x_m=1.0,
        y_m=2.0,
        position_sigma_m=0.4,
        started_at_s=10.0,
        detected_at_s=12.0,
        updated_at_s=12.0,
        confidence=0.8,
        rule_version="1",
        details={"lying_s": 2.5, "note": "골목"},
        position_covariance_m2=(0.16, 0.0, 0.01),
    )


def test_an_incident_reaches_the_client_whole() -> None:
    evidence = Evidence("e-1", "i-1", EvidenceKind.STILL, "image/jpeg", "ab", 7, 11.0, "/x", True)
    message = message_of_incident(an_incident(), [evidence], 12.0)
    assert incident_of(message) == an_incident()
    assert [evidence_of(ref) for ref in message.evidence] == [evidence]


def test_a_place_that_was_told_without_a_covariance_reaches_the_client_round() -> None:
    kept = replace(an_incident(), position_covariance_m2=None)  # as an older version kept it
    message = message_of_incident(kept, [], 12.0)
    assert list(message.position_covariance_m2) == pytest.approx([0.16, 0.0, 0.16])
    assert incident_of(message) == replace(kept, position_covariance_m2=kept.covariance_m2)
    message.position_covariance_m2 = [0.0, 0.0, 0.0]  # nobody has filled them in
    assert incident_of(message) == kept


def test_a_message_with_files_alone_is_no_incident() -> None:
    assert incident_of(message_of_incident(None, [], 12.0)) is None


def test_tracks_keep_place_and_box() -> None:
    view = TrackView(3, "person", 1.0, 2.0, 0.3, 0.1, 0.0, 0.9, (1.0, 2.0, 3.0, 4.0), 11.0)
    (track,) = message_of_tracks([view], 12.0).tracks
    assert (track.track_id, track.label, list(track.box_xyxy)) == (3, "person", [1, 2, 3, 4])


def test_boxes_are_told_in_standard_words() -> None:
    found = detections([("person", 0.9, (10, 20, 30, 80)), ("car", 0.4, (0, 0, 100, 50))])
    message = message_of_detections(found, 12.5, "front_optical")
    assert (message.header.frame_id, message.header.stamp.sec) == ("front_optical", 12)
    person, car = message.detections
    assert person.results[0].hypothesis.class_id == "person"
    assert person.results[0].hypothesis.score == pytest.approx(0.9)
    middle = person.bbox.center.position
    assert (middle.x, middle.y, person.bbox.size_x, person.bbox.size_y) == (20, 50, 20, 60)
    assert car.results[0].hypothesis.class_id == "car"
    serialize_message(message)


def test_a_picture_goes_out_as_it_came_in() -> None:
    pixels = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    message = message_of_picture(pixels, 12.5, "front_optical")
    picture = picture_of(serialize_message(message))
    assert picture.stamp_s == 12.5
    np.testing.assert_array_equal(picture.image_bgr, pixels)
