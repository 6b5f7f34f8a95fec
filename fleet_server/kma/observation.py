"""What getUltraSrtNcst (초단기실황) says, as weather that vehicles drive by; pure.

Fields, codes and missing values as in the guide of the service (기상청 단기예보 조회서비스 오픈API
활용가이드, data.go.kr data set 15084084): `response.header.resultCode` 00 and
`response.body.items.item`, a row a category with `obsrValue`. Taken are T1H (air, degrees), RN1
(rain of the last hour, mm), WSD (wind, m/s) and PTY (the kind of rain or snow). A refusal comes as
JSON, or as XML from the portal's gateway whatever was asked for.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from patrol.errors import SunraError
from patrol.weather import Weather

KST = timezone(timedelta(hours=9), "KST")
OK, NO_DATA = "00", "03"
MISSING_FROM = 900.0  # +900 and above, -900 and below: nothing was measured (such as -998.9)
# WSD is a mean of ten minutes; the highest gust of 3 s in it, inland: WMO/TD-No. 1555 (Harper,
# Kepert, Ginger 2010), table 1.1, in-land, 600 s.
GUST_OF_MEAN = 1.66
SLIGHTEST_MMPH = 0.1  # raindrops and flurries (PTY 5 and 7) that no gauge counts: ice at frost
KINDS = frozenset({0, 1, 2, 3, 4, 5, 6, 7})  # PTY; 0 is none
# Words of rain, as the service's forecasts have them: each as the most that it can be, and an open
# end, which begins at 30 mm/h or above, as its beginning.
NO_RAIN = ("강수없음", "-")
BELOW = re.compile(r"(\d+(?:\.\d+)?) ?mm ?미만")
FROM = re.compile(r"(\d+(?:\.\d+)?) ?mm ?이상")
RANGE = re.compile(r"\d+(?:\.\d+)? ?(?:mm)? ?~ ?(\d+(?:\.\d+)?) ?mm")
PLAIN = re.compile(r"(\d+(?:\.\d+)?) ?mm")
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
XML_CODE = re.compile(r"<(?:returnReasonCode|resultCode)>\s*(\w{1,8})\s*<")
XML_WORDS = re.compile(r"<(?:returnAuthMsg|resultMsg)>\s*([\w .:-]{1,80})\s*<")


class KmaError(SunraError):
    """An answer of which no weather can be made."""


class NoDataError(KmaError):
    """The service has nothing of that hour, yet."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cell at which full hour; the answer must be of it."""

    nx: int
    ny: int
    hour: datetime  # in KST

    @property
    def parameters(self) -> dict[str, str]:
        """For the request, the key apart."""
        return {
            "pageNo": "1",
            "numOfRows": "100",
            "dataType": "JSON",
            "base_date": f"{self.hour:%Y%m%d}",
            "base_time": f"{self.hour:%H%M}",
            "nx": str(self.nx),
            "ny": str(self.ny),
        }


def full_hour(now_s: float) -> datetime:
    """The last full hour in KST."""
    return datetime.fromtimestamp(now_s, KST).replace(minute=0, second=0, microsecond=0)


def weather_of(text: str, asked: Asked) -> Weather:
    """The weather of an answer; raises NoDataError, KmaError naming what is wrong with it."""
    rows = _rows(_response(text))
    values: dict[str, object] = {}
    for number, row in enumerate(rows):
        category = _of_asked(row, number, asked)
        if category in values and values[category] != row.get("obsrValue"):
            raise KmaError(f"item {number}: category {category} is there twice")
        values[category] = row.get("obsrValue")
    mean_mps, rain_mmph = _number(values, "WSD"), _rain(values)
    if mean_mps is not None and mean_mps < 0:
        raise KmaError(f"WSD: {mean_mps:g} is no wind speed")
    if _kind(values):
        rain_mmph = max(rain_mmph or 0.0, SLIGHTEST_MMPH)
    gust_mps = None if mean_mps is None else round(mean_mps * GUST_OF_MEAN, 1)
    air_c = _number(values, "T1H")
    if air_c is None and rain_mmph is None and gust_mps is None:
        raise KmaError("none of T1H, RN1, WSD was measured")
    try:
        return Weather(rain_mmph, gust_mps, None, air_c)
    except ValueError as error:
        raise KmaError(str(error)) from None


def _response(text: str) -> Mapping[str, Any]:
    if text.lstrip().startswith("<"):
        found, words = XML_CODE.search(text), XML_WORDS.search(text)
        if found is None:
            raise KmaError("the answer is neither JSON nor a refusal in XML")
        raise _refusal(found[1], words[1] if words else "")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise KmaError("the answer is no JSON") from None
    response = content.get("response") if isinstance(content, dict) else None
    if not isinstance(response, dict) or not isinstance(response.get("header"), dict):
        raise KmaError("response.header is missing")
    code = str(response["header"].get("resultCode"))
    if code != OK:
        raise _refusal(code, str(response["header"].get("resultMsg", "")))
    return response


def _refusal(code: str, words: str) -> KmaError:
    kind = NoDataError if code in (NO_DATA, "3") else KmaError
    return kind(f"resultCode {code[:8]}: {words[:80] or 'without words'}")


def _rows(response: Mapping[str, Any]) -> list[Any]:
    body = response.get("body")
    items = body.get("items") if isinstance(body, dict) else None
    rows = items.get("item") if isinstance(items, dict) else None
    if not isinstance(rows, list):
        raise KmaError("response.body.items.item is no list")
    if not rows:
        raise NoDataError("response.body.items.item is empty")
    return rows


def _of_asked(row: Any, number: int, asked: Asked) -> str:
    """The category of a row that is of the cell and the hour."""
    if not isinstance(row, dict) or not isinstance(row.get("category"), str):
        raise KmaError(f"item {number}: category is missing")
    expected = asked.parameters
    for name, wanted in (
        ("baseDate", expected["base_date"]),
        ("baseTime", expected["base_time"]),
        ("nx", expected["nx"]),
        ("ny", expected["ny"]),
    ):
        said = str(row.get(name))
        if said != wanted and not (name == "baseTime" and said.zfill(4) == wanted):
            raise KmaError(f"item {number}: {name} is {said[:20]!r}, asked for {wanted}")
    return str(row["category"])


def _number(values: Mapping[str, object], category: str) -> float | None:
    """A value; None where it is not there or was not measured."""
    said = values.get(category)
    if said is None:
        return None
    is_number = isinstance(said, int | float) and not isinstance(said, bool)
    text = str(said).strip()
    if not is_number and not NUMBER.fullmatch(text):
        raise KmaError(f"{category}: {text[:40]!r} is no number")
    value = float(text)
    if not math.isfinite(value):
        raise KmaError(f"{category}: {text[:40]!r} is no number")
    return None if abs(value) >= MISSING_FROM else value


def _rain(values: Mapping[str, object]) -> float | None:
    said = values.get("RN1")
    if not isinstance(said, str):
        return _number(values, "RN1")
    text = said.strip()
    if text in NO_RAIN:
        return 0.0
    for words in (BELOW, FROM, RANGE, PLAIN):
        found = words.fullmatch(text)
        if found:
            return float(found[1])
    return _number(values, "RN1")


def _kind(values: Mapping[str, object]) -> int:
    """What falls, 0 for nothing and for what nobody says."""
    value = _number(values, "PTY")
    if value is None:
        return 0
    if value not in KINDS:
        raise KmaError(f"PTY: {value:g} is none of the service's kinds")
    return int(value)
