"""A configuration field that holds one of several dataclasses, told apart by `kind`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from patrol.config import load_config
from patrol.errors import ConfigError


@dataclass(frozen=True)
class Walk:
    far_m: float

    KIND: ClassVar[str] = "walk"


@dataclass(frozen=True)
class Rest:
    for_s: float = 1.0

    KIND: ClassVar[str] = "rest"


@dataclass(frozen=True)
class Day:
    steps: tuple[Walk | Rest, ...]
    last: Walk | Rest | None = None


def day(tmp_path: Path, text: str) -> Day:
    path = tmp_path / "day.yaml"
    path.write_text(text, encoding="utf-8")
    return load_config(path, Day)


def test_each_entry_becomes_its_kind(tmp_path: Path) -> None:
    text = "steps:\n  - {kind: walk, far_m: 3}\n  - {kind: rest}\nlast: {kind: rest, for_s: 2}\n"
    assert day(tmp_path, text) == Day((Walk(3.0), Rest()), Rest(2.0))
    assert day(tmp_path, "steps: []\nlast: null\n") == Day(())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("steps:\n  - {kind: fly}\n", "day.yaml:2: steps: kind 'fly' is unknown; allowed: walk"),
        ("steps:\n  - {far_m: 3}\n", "day.yaml:2: steps: key 'kind' is missing; allowed: walk"),
        ("steps:\n  - walk\n", "day.yaml:1: steps: expected a mapping with `kind`, got 'walk'"),
        ("steps:\n  - {kind: walk, far: 3}\n", "day.yaml:2: unknown key 'far'; allowed: far_m"),
        ("steps:\n  - kind: walk\n    far_m: far\n", "day.yaml:3: far_m: expected float"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_one_line_with_file_line_and_key(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        day(tmp_path, text)
    assert message in str(raised.value)
