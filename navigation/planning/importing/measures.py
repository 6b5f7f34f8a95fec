"""Figures as mappers write them: lengths, slopes, speeds.

OpenStreetMap wiki: "Map features/Units", "Key:width", "Key:incline", "Key:maxspeed".
"""

from __future__ import annotations

import math
import re

FOOT_M, INCH_M = 0.3048, 0.0254
KMH_MPS, MPH_MPS = 1 / 3.6, 0.44704
WALKING_KMH = 5.0  # maxspeed=walk
MAX_PLAUSIBLE_GRADE = 0.35

_NUMBER = r"(-?\d+(?:[.,]\d+)?)"
_UNITS_M = {"": 1.0, "m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0,
            "cm": 0.01, "mm": 0.001, "ft": FOOT_M, "foot": FOOT_M, "feet": FOOT_M,
            "'": FOOT_M, "in": INCH_M, '"': INCH_M}  # fmt: skip
_LENGTH = re.compile(rf"{_NUMBER}\s*([a-z]*|'|\")")
_FEET_AND_INCHES = re.compile(r"(\d+)\s*'\s*(\d+(?:[.,]\d+)?)\s*\"?")
_INCLINE = re.compile(rf"{_NUMBER}\s*(%|°)")
_RATIO = re.compile(r"(-?)1\s*:\s*(\d+(?:[.,]\d+)?)")
_SPEED = re.compile(rf"{_NUMBER}\s*(km/h|kmh|kph|mph|)")


def metres(text: str) -> float | None:
    """A length such as "2.5", "2,5 m", "120 cm", "8 ft" or 6'6", in metres; None for no length."""
    words = text.strip().lower()
    if match := _FEET_AND_INCHES.fullmatch(words):
        return int(match[1]) * FOOT_M + _number(match[2]) * INCH_M
    match = _LENGTH.fullmatch(words)
    if match is None or match[2] not in _UNITS_M:
        return None
    value = _number(match[1]) * _UNITS_M[match[2]]
    return value if value >= 0 else None


def grade(text: str) -> float:
    """Rise over run of "8%", "-10 %", "5°" or "1:12"; 0 where no figure is given or it is absurd.

    "up" and "down" say a direction and no figure: the slope stays unknown, that is 0.
    """
    words = text.strip()
    value = 0.0
    if match := _INCLINE.fullmatch(words):
        figure = _number(match[1])
        value = figure / 100 if match[2] == "%" else math.tan(math.radians(figure))
    elif match := _RATIO.fullmatch(words):
        run = _number(match[2])
        value = (-1 if match[1] else 1) / run if run else 0.0
    return value if abs(value) <= MAX_PLAUSIBLE_GRADE else 0.0


def speed_mps(text: str) -> float | None:
    """A speed such as "30", "20 mph" or "walk" in m/s; None for words that are no speed."""
    words = text.strip().lower()
    if words == "walk":
        return WALKING_KMH * KMH_MPS
    match = _SPEED.fullmatch(words)
    if match is None:
        return None
    value = _number(match[1]) * (MPH_MPS if match[2] == "mph" else KMH_MPS)
    return value if value > 0 else None


def _number(text: str) -> float:
    return float(text.replace(",", "."))
