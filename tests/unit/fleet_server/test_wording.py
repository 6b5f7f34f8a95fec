"""Every sentence that the server tells has its Korean, and the tables follow the sources."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_server.fleet import error_view
from fleet_server.wording import (
    PLAN_PHRASES,
    SERVER_PHRASES,
    VEHICLE_PHRASES,
    Phrasebook,
    korean,
)
from fleet_server.wording.phrases import PLACE
from patrol.vda5050.messages import Error

ROOT = Path(__file__).resolve().parents[3]
HANGUL = re.compile("[가-힣]")
TABLE = {**SERVER_PHRASES, **PLAN_PHRASES, **VEHICLE_PHRASES}
VEHICLE_NODES = ("patrol_fleet_client", "patrol_localization", "patrol_navigation")
WORDS = st.text("abcdefghij-0123456789", min_size=1, max_size=8)


@cache
def sources() -> str:
    """Every text in the sources that tell something, its places as {}."""
    nodes = (f"ros2_ws/src/{name}" for name in VEHICLE_NODES)
    folders = ("fleet_server", "navigation", "patrol", "fleet_client", *nodes)
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    texts = []
    for path in files:
        if "wording" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                texts.append(
                    "".join(
                        str(part.value) if isinstance(part, ast.Constant) else "{}"
                        for part in node.values
                    )
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    return "\n".join(texts).lower()


def pieces(template: str) -> list[str]:
    """Its own words between places and joints, those that say something."""
    plain = PLACE.sub("\0", template)
    parts = re.split(r"\0|; |: |, ", plain)
    return [part.strip(" ().,;") for part in parts if len(part.split()) >= 3]


@pytest.mark.parametrize("english", sorted(TABLE))
def test_template_is_in_the_sources_and_keeps_its_places(english: str) -> None:
    for piece in pieces(english):
        words = piece.lower().split()  # the first may come from a place of the source
        tails = [" ".join(words[first:]) for first in range(3) if len(words) - first >= 2]
        assert any(tail in sources() for tail in tails), f"{piece!r} is said nowhere"
    names = {place[1] for place in PLACE.finditer(TABLE[english])}
    assert names <= {place[1] for place in PLACE.finditer(english)}
    assert HANGUL.search(TABLE[english]) or not PLACE.sub("", TABLE[english]).strip(" :()·")


@pytest.mark.parametrize(
    ("english", "expected"),
    [
        ("the only vehicle; 5 of 12 checkpoints", "유일한 차량 · 확인 지점 12곳 중 5곳"),
        ("no vehicle 'sunra/x'", "차량 'sunra/x'이(가) 없습니다"),
        (
            "initPosition: the vehicle drives at 0.80 m/s; let it stand first",
            "위치 지정 거부: 0.80 m/s로 주행 중입니다. 먼저 멈추십시오",
        ),
        (
            "order p-1: node 17 is 31.4 m away and no edge leads there; at most 3 m are bridged",
            "명령 p-1 거부: 31.4 m 떨어진 노드 17(으)로 이어지는 길이 없습니다 (최대 3 m)",
        ),
        ("running: 3 of 9 pieces", "진행 중: 9조각 중 3조각"),
        (
            "v2 failed; it takes 30 s more there, the last vehicle is back after 12.3 min",
            "v2 고장 · 거기서 30초가 더 들고, 마지막 차량은 12.3분 뒤 돌아옵니다",
        ),
        (
            "sillim: no route from node 1 to 2: the only way passes zone Z3, closed until 07:00",
            "노드 1에서 2까지 길이 없음: 하나뿐인 길: 07:00까지 닫힌 구역 Z3 통과",
        ),
        (
            "the vehicle lost its order, and map 'm' is not loaded",
            "차량이 명령을 잃었습니다: 지도 'm'이(가) 없습니다",
        ),
        (
            "watches a, b, c and 4 more with 1 other, one lap in 3.4 min, every place again within"
            " 2.0 min; no division found brings this below.",
            "a, b, c 외 4을(를) 다른 1대와 함께 돕니다. 한 바퀴 3.4분, 모든 곳을 2.0분 안에 다시"
            " · 더 짧게 나누는 방법을 찾지 못했습니다.",
        ),
        ("", ""),
        ("something that nobody says", None),
        ("charging failed; something that nobody says", None),
    ],
)
def test_a_sentence_is_told_in_korean_or_not_at_all(english: str, expected: str | None) -> None:
    assert korean(english) == expected


@given(WORDS, WORDS)
def test_places_are_taken_over_as_they_stand(vehicle: str, dock: str) -> None:
    book = Phrasebook({"{v} is at {d}": "{d}: {v}"})
    assert book.korean(f"{vehicle} is at {dock}") == f"{dock}: {vehicle}"


@given(st.text(max_size=60))
def test_any_text_at_all_is_answered(text: str) -> None:
    found = korean(text)
    assert found is None or isinstance(found, str)


def test_what_a_vehicle_refuses_is_read_in_korean() -> None:
    said = "initPosition: the wheels have said nothing for 2.5 s"
    view = error_view(
        Error(error_type="actionError", error_level="WARNING", error_description=said)
    )
    assert (view.text_en, view.text_ko) == (
        said,
        "위치 지정 거부: 바퀴 정보가 2.5초 동안 없습니다",
    )
    foreign = Error(error_type="theirOwn", error_level="WARNING", error_description="brake worn")
    assert error_view(foreign).text_ko == "brake worn"
