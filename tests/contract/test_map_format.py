"""docs/map-format.md says what the code does: same layers, keys, meanings, defaults, values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from navigation.map_cli import map_group
from patrol.map import AreaKind, PoiKind, WayClass, ZoneKind
from patrol.map_fields import (
    COORDINATE_REFERENCE,
    FORMAT_VERSION,
    LAYERS,
    REQUIRED,
    Field,
    Layer,
)
from patrol.map_geojson import load_map, map_document

ROOT = Path(__file__).resolve().parents[2]
DOC = (ROOT / "docs" / "map-format.md").read_text(encoding="utf-8")


def _rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    section = DOC.split(f"{heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert table is not None
    lines = table[0].strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _default(layer: Layer, field: Field) -> str:
    if field.default is REQUIRED:
        return "required"
    if field.default is None:
        return "measured" if field.key == "length_m" else "none"
    if isinstance(field.default, bool):
        return str(field.default).lower()
    if field.default == ():
        return "none"
    return f'"{field.default}"' if isinstance(field.default, str) else str(field.default)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_the_table_of_every_layer_is_the_codes(layer: Layer) -> None:
    documented = _rows(f"### {layer.name}")
    assert documented == [[f.key, f.meaning, _default(layer, f)] for f in layer.fields]


def test_every_documented_layer_exists() -> None:
    assert re.findall(r"^### (\w+)$", DOC, re.MULTILINE) == [layer.name for layer in LAYERS]


def test_header_keys_and_version_are_the_codes() -> None:
    header = map_document(load_map(ROOT / "maps" / "sillim.geojson"))["sunra"]
    rows = _rows("## Top level")
    assert [row[0] for row in rows] == list(header)
    assert f"this format: {FORMAT_VERSION}" in rows[0][1]
    assert COORDINATE_REFERENCE in rows[-1][1]


def test_every_map_command_is_explained() -> None:
    for name in map_group.commands:
        assert f"sunra map {name} " in DOC


def test_sparse_fields_are_marked() -> None:
    sparse = {field.key for layer in LAYERS for field in layer.fields if field.sparse}
    line = re.search(r"are written only where they differ.*?: (.*?)\.", DOC, re.DOTALL)
    assert line is not None
    assert set(re.findall(r"`(\w+)`", line[1])) == sparse


def test_value_lists_are_the_enums() -> None:
    assert [row[1].split(", ") for row in _rows("## Values")] == [
        list(kind) for kind in (WayClass, ZoneKind, AreaKind, PoiKind)
    ]
