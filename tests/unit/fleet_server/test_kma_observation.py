"""Answers of the weather service, and its grid: what they say, and what is none."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_server.kma.grid import cell_of
from fleet_server.kma.observation import (
    KST,
    Asked,
    KmaError,
    NoDataError,
    full_hour,
    weather_of,
)
from patrol.geodesy import GeoPoint
from patrol.weather import Weather
from tests.unit.fleet_server.kma_answers import GATEWAY, answer, refusal

ASKED = Asked(59, 125, datetime(2026, 11, 30, 9, tzinfo=KST))


def of(**values: object) -> Weather:
    return weather_of(answer(ASKED, **values), ASKED)


def test_the_last_hour_is_asked_for_in_korean_time() -> None:
    hour = full_hour(datetime(2026, 12, 31, 23, 59, 59, tzinfo=KST).timestamp())
    asked = Asked(60, 127, hour).parameters
    assert (asked["base_date"], asked["base_time"]) == ("20261231", "2300")
    assert full_hour(1_798_729_201.0).isoformat() == "2027-01-01T00:00:00+09:00"


def test_a_normal_answer_is_weather_with_gusts_made_of_the_mean_wind() -> None:
    weather = of(T1H="13.5", RN1="2.5", WSD="4", PTY="1", REH="80", VEC="270")
    assert weather == Weather(rain_mmph=2.5, gust_mps=6.6, visibility_m=None, temperature_c=13.5)


def test_a_mean_wind_of_the_advisory_makes_vehicles_wait() -> None:
    assert of(WSD="14").gust_mps == pytest.approx(23.2)  # KMA's advisory: mean 14 or gusts 20 m/s


@pytest.mark.parametrize("missing", ["-998.9", "-999", "900", -900.0, "999.0", None])
def test_what_was_not_measured_is_not_said(missing: object) -> None:
    weather = of(T1H=missing, RN1=missing, WSD="1")
    assert (weather.temperature_c, weather.rain_mmph, weather.gust_mps) == (None, None, 1.7)


@pytest.mark.parametrize(
    ("words", "rain_mmph"),
    [
        ("강수없음", 0.0),
        ("-", 0.0),
        ("0", 0.0),
        (0, 0.0),
        ("1mm 미만", 1.0),
        ("1.0mm 미만", 1.0),
        ("6.2mm", 6.2),
        ("30.0~50.0mm", 50.0),
        ("50.0mm 이상", 50.0),
    ],
)
def test_rain_in_words_is_the_most_that_it_can_be(words: object, rain_mmph: float) -> None:
    assert of(RN1=words, T1H="5").rain_mmph == rain_mmph


@pytest.mark.parametrize(
    ("kind", "rain", "expected"),
    [("0", "0", 0.0), ("5", "0", 0.1), ("7", "-998.9", 0.1), ("1", "3", 3.0), (None, "0", 0.0)],
)
def test_raindrops_that_no_gauge_counts_are_rain_for_ice(
    kind: object, rain: str, expected: float
) -> None:
    assert of(PTY=kind, RN1=rain).rain_mmph == expected


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"T1H": "warm"}, "T1H: 'warm' is no number"),
        ({"T1H": True}, "T1H: 'True' is no number"),
        ({"T1H": "nan"}, "T1H: 'nan' is no number"),
        ({"T1H": "75"}, "temperature_c: 75.0 is no number in"),
        ({"WSD": "-3"}, "WSD: -3 is no wind speed"),
        ({"WSD": "70"}, "gust_mps: 116.2"),
        ({"RN1": "비"}, "RN1: '비' is no number"),
        ({"RN1": ""}, "RN1: '' is no number"),
        ({"RN1": "-1"}, "rain_mmph: -1.0"),
        ({"RN1": {"mm": 1}}, "RN1"),
        ({"PTY": "9", "RN1": "0"}, "PTY: 9 is none"),
        ({"REH": "80"}, "none of T1H, RN1, WSD was measured"),
        ({"T1H": "-998.9", "RN1": "-998.9", "WSD": "-998.9"}, "none of T1H, RN1, WSD"),
    ],
)
def test_an_odd_value_is_refused_by_name(values: dict[str, object], why: str) -> None:
    with pytest.raises(KmaError, match=why.replace("(", r"\(")):
        of(**values)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"nx": 60}, "item 0: nx is '60', asked for 59"),
        ({"ny": "1"}, "item 0: ny is '1', asked for 125"),
        ({"baseDate": "20261129"}, "baseDate is '20261129'"),
        ({"baseTime": "0800"}, "baseTime is '0800', asked for 0900"),
        ({"category": None}, "item 0: category is missing"),
    ],
)
def test_an_answer_to_another_question_is_refused(change: dict[str, Any], why: str) -> None:
    content = json.loads(answer(ASKED, T1H="5"))
    content["response"]["body"]["items"]["item"][0] |= change
    with pytest.raises(KmaError, match=why):
        weather_of(json.dumps(content), ASKED)


def test_a_category_that_is_there_twice_with_two_values_is_refused() -> None:
    content = json.loads(answer(ASKED, T1H="5"))
    rows = content["response"]["body"]["items"]["item"]
    rows.append(rows[0] | {"obsrValue": "6"})
    with pytest.raises(KmaError, match="T1H is there twice"):
        weather_of(json.dumps(content), ASKED)


@pytest.mark.parametrize(
    ("text", "kind", "why"),
    [
        (refusal("03", "NO_DATA"), NoDataError, "resultCode 03: NO_DATA"),
        (refusal("22", "LIMITED"), KmaError, "resultCode 22: LIMITED"),
        (refusal("30", ""), KmaError, "resultCode 30: without words"),
        (GATEWAY, KmaError, "resultCode 30: SERVICE_KEY_IS_NOT_REGISTERED_ERROR"),
        ("<response><header><resultCode>03</resultCode></header></response>", NoDataError, "03"),
        ("<html><body>Bad gateway</body></html>", KmaError, "neither JSON nor a refusal"),
        ("", KmaError, "is no JSON"),
        ("[" * 100_000, KmaError, "is no JSON"),
        ("[]", KmaError, "response.header is missing"),
        ('{"response": {"header": {}}}', KmaError, "resultCode None"),
        ('{"response": {"header": {"resultCode": "00"}}}', KmaError, "item is no list"),
        (answer(ASKED), NoDataError, "item is empty"),
    ],
)
def test_a_refusal_and_garbage_are_named(text: str, kind: type[KmaError], why: str) -> None:
    with pytest.raises(KmaError, match=why) as caught:
        weather_of(text, ASKED)
    assert type(caught.value) is kind


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["response", "header", "body", "items", "item", "resultCode"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.text() | JSON.map(json.dumps))
def test_whatever_comes_is_weather_or_a_kma_error(text: str) -> None:
    with pytest.raises(KmaError):
        weather_of(text, ASKED)


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg", "cell"),
    [  # published with the guide, by district (격자_위경도)
        (37.57037, 126.98164, (60, 127)),  # Seoul, Jongno-gu
        (37.47538, 126.95384, (59, 125)),  # Seoul, Gwanak-gu
        (37.56357, 126.98000, (60, 127)),  # Seoul
        (35.17702, 129.07695, (98, 76)),  # Busan
        (33.48569, 126.50033, (52, 38)),  # Jeju
        (38.0, 126.0, (43, 136)),  # the reference
    ],
)
def test_places_lie_in_the_published_cells(
    latitude_deg: float, longitude_deg: float, cell: tuple[int, int]
) -> None:
    assert cell_of(GeoPoint(latitude_deg, longitude_deg)) == cell


@pytest.mark.parametrize("place", [(60.17, 24.94), (-33.9, 151.2), (37.5, 140.0), (90.0, 0.0)])
def test_a_place_elsewhere_has_no_cell(place: tuple[float, float]) -> None:
    assert cell_of(GeoPoint(*place)) is None


@given(st.floats(33.0, 39.0), st.floats(124.5, 131.0))
def test_the_cell_is_that_of_the_guides_formula(lat_deg: float, lon_deg: float) -> None:
    """The guide's own formula, written out: x and y in cells."""
    first, second = math.radians(30.0), math.radians(60.0)
    half = math.pi / 4

    def cot(lat: float) -> float:
        return math.tan(half + lat / 2)

    n = math.log(math.cos(first) / math.cos(second)) / math.log(cot(second) / cot(first))
    f = cot(first) ** n * math.cos(first) / n
    scale = 6371.00877 / 5.0
    ro = scale * f / cot(math.radians(38.0)) ** n
    ra = scale * f / cot(math.radians(lat_deg)) ** n
    theta = n * math.radians(lon_deg - 126.0)
    x = ra * math.sin(theta) + 43 + 0.5
    y = ro - ra * math.cos(theta) + 136 + 0.5
    if min(x % 1, 1 - x % 1, y % 1, 1 - y % 1) < 1e-6:
        return  # on the border of two cells
    assert cell_of(GeoPoint(lat_deg, lon_deg)) == (math.floor(x), math.floor(y))
