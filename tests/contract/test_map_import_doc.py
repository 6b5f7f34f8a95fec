"""docs/map-import.md says what the tables of the import say."""

from __future__ import annotations

import re
from pathlib import Path

import click

from navigation.map_cli import import_command
from navigation.planning.importing import place_rules, source, way_rules

DOC = (Path(__file__).resolve().parents[2] / "docs" / "map-import.md").read_text(encoding="utf-8")


def rows(head: str) -> list[list[str]]:
    """Cells of the table whose head begins with a word."""
    table = DOC.split(f"| {head} |", 1)[1].split("\n\n", 1)[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n")[2:]
    ]


def test_every_kind_of_way_has_its_row() -> None:
    documented = {
        kind: (row[1], row[2], row[3]) for row in rows("highway") for kind in row[0].split(", ")
    }
    assert set(documented) == set(way_rules.WAY_RULES)
    for kind, rule in way_rules.WAY_RULES.items():
        way_class, width, lit = documented[kind]
        assert re.match(rf"{rule.way_class}\b", way_class)
        assert f"{rule.width_m:g} m" in width
        assert lit == ("yes" if rule.lit else "no")
        assert ("`sidewalk` tag" in way_class) == rule.needs_sidewalk


def test_every_kind_of_kerb_has_its_height() -> None:
    documented = {kind: float(row[1]) for row in rows("kerb") for kind in row[0].split(", ")}
    assert documented.pop("unknown") == place_rules.UNKNOWN_KERB_M
    assert documented == place_rules.KERB_M


def test_every_ending_and_every_option_is_named() -> None:
    for ending in (*source.OSM_ENDINGS, *source.GRAPHML_ENDINGS):
        assert f"`{ending}`" in DOC
    for parameter in import_command.params:
        if isinstance(parameter, click.Option):
            assert parameter.opts[0] in DOC


def test_what_closes_a_way_is_named() -> None:
    for value in way_rules.CLOSED:
        assert f"`{value}`" in DOC
    for key, values in way_rules.HINDERING.items():
        if values is None:
            assert f"`{key}`" in DOC
