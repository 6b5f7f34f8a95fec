"""A file that cannot become a map: one line that names it, what is wrong and what helps."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from navigation.planning.importing.importer import import_map
from patrol.errors import OsmError

Extract = Any  # of conftest.py


def line_of(path: Path) -> str:
    with pytest.raises(OsmError) as refusal:
        import_map(path)
    text = str(refusal.value)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text
    return text


def two_nodes(extract: Extract, *places: tuple[float, float], **tags: str) -> Extract:
    """One way over nodes given as longitude, latitude."""
    for node_id, (lon, lat) in enumerate(places, start=1):
        extract.nodes[node_id] = f'<node id="{node_id}" lat="{lat}" lon="{lon}"/>'
    extract.way(9, list(range(1, len(places) + 1)), **tags)
    return extract


@pytest.mark.parametrize("ending", ["osm", "osm.pbf", "osm.gz", "osm.bz2", "graphml"])
def test_an_empty_file(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"town.{ending}"
    path.write_bytes(b"")
    assert "is empty" in line_of(path)


@pytest.mark.parametrize(
    ("ending", "pack"),
    [("osm", bytes), ("osm.gz", gzip.compress), ("osm.bz2", bz2.compress)],
)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_that_is_cut_off(
    ending: str, pack: Callable[[bytes], bytes], share: float, town: Extract, tmp_path: Path
) -> None:
    whole = pack(town.write(tmp_path / "whole.osm").read_bytes())
    path = tmp_path / f"town.{ending}"
    path.write_bytes(whole[: int(len(whole) * share)])
    assert "cannot be read, perhaps cut off" in line_of(path)


@pytest.mark.parametrize("ending", ["osm.pbf", "osm.bz2", "osm"])
def test_a_file_of_another_kind(ending: str, town: Extract, tmp_path: Path) -> None:
    content = town.write(tmp_path / "whole.osm").read_bytes()
    path = tmp_path / f"town.{ending}"
    path.write_bytes(b"\x89PNG" if ending == "osm" else content)
    assert "cannot be read" in line_of(path)


def test_another_ending_and_no_file(tmp_path: Path) -> None:
    assert "expected a file ending in one of .osm.pbf" in line_of(tmp_path / "town.shp")
    assert "no such file" in line_of(tmp_path / "town.osm")


def test_only_steps(extract: Extract, tmp_path: Path) -> None:
    two_nodes(extract, (127, 37), (127.001, 37), highway="steps")
    text = line_of(extract.write(tmp_path / "town.osm"))
    assert "holds no way that a vehicle on pavements may use (1 highways in all)" in text


def test_all_through_a_house(extract: Extract, tmp_path: Path) -> None:
    for node_id, (x, y) in enumerate([(0, 0), (30, 0), (30, 20), (0, 20)], start=1):
        extract.node(node_id, x, y)
    extract.node(5, 5, 5)
    extract.node(6, 25, 5)
    extract.way(8, [1, 2, 3, 4, 1], building="yes")
    extract.way(9, [5, 6], highway="footway")
    assert "no way is left that the vehicle can use" in line_of(extract.write(tmp_path / "a.osm"))


def test_larger_than_a_map(extract: Extract, tmp_path: Path) -> None:
    two_nodes(extract, (127, 37), (129.8, 37.2), highway="footway")
    text = line_of(extract.write(tmp_path / "town.osm"))
    assert "a map reaches at most 50 km from its origin: cut it by --clip" in text
    assert "spans 249 x" in text


def test_over_the_antimeridian(extract: Extract, tmp_path: Path) -> None:
    two_nodes(extract, (179.9999, -17), (-179.9999, -17), highway="footway")
    assert "reaches over the 180th meridian" in line_of(extract.write(tmp_path / "fiji.osm"))


def test_exchanged_longitude_and_latitude(extract: Extract, tmp_path: Path) -> None:
    two_nodes(extract, (37.5, 127), (37.5, 127.001), highway="footway")
    text = line_of(extract.write(tmp_path / "town.osm"))
    assert "node 1: latitude 127, longitude 37.5 is no place on Earth" in text


def test_ways_before_their_nodes(town: Extract, tmp_path: Path) -> None:
    path = town.write(tmp_path / "town.osm")
    text = path.read_text()
    nodes = text[text.index("<node") : text.index("<way")]
    path.write_text(text.replace(nodes, "").replace("</osm>", f"{nodes}</osm>"))
    assert "have no positions: is it cut off, or do its nodes come after its ways?" in line_of(
        path
    )


def test_ways_shorter_than_an_edge(extract: Extract, tmp_path: Path) -> None:
    two_nodes(extract, (127, 37), (127.0000002, 37), highway="footway")
    text = line_of(extract.write(tmp_path / "town.osm"))
    assert "all its ways together are shorter than an edge can be" in text
