"""Reading patrolling_sim's graph files."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.patrolling.graphs import lattice, read_graph, street_tree, town
from patrol.errors import MapError

GOOD = """3
100 50 0.5 1 2

0
10 20
1
1 E 8

1
30 20 2
0 W 8
2 S 4

2 30 10 1 1 N 4"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "some.graph"
    path.write_text(text)
    return path


def test_white_space_does_not_matter(tmp_path: Path) -> None:
    graph = read_graph(written(tmp_path, GOOD))
    same = read_graph(written(tmp_path, "\n\n" + " \t".join(GOOD.split()) + "\n\n\n"))
    assert graph == same
    assert graph.moves == ((0, 1, 4.0), (1, 0, 4.0), (1, 2, 2.0), (2, 1, 2.0))
    assert graph.positions_m.tolist() == [[6.0, 12.0], [16.0, 12.0], [16.0, 7.0]]


def test_speed_scales_durations(tmp_path: Path) -> None:
    assert read_graph(written(tmp_path, GOOD), speed_mps=2.0).moves[0] == (0, 1, 2.0)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("2 30 10 1 1 N 4", "", "vertex 2: the file ends before its id"),
        ("2 30 10 1 1 N 4", "2 30 10 1 1 N", "vertex 2: the file ends before its cost to 1"),
        ("2 30 10 1 1 N 4", "7 30 10 1 1 N 4", "vertex 2: id 7 where 2 was expected"),
        ("1 E 8", "9 E 8", "vertex 0: neighbour 9 is none of 0 to 2"),
        ("1 E 8", "1 E -8", "vertex 0: cost -8 to 1 is not above 0"),
        ("1 E 8", "1 E nan", "vertex 0: cost to 1 'nan' is not a finite number"),
        ("10 20", "ten 20", "vertex 0: x 'ten' is not a number"),
        ("30 20 2", "30 20 1.5", "number of neighbours 1.5 is not a whole number"),
        ("1 1 N 4", "1 1 N 4 5", "vertex 2: '5' follows the last edge"),
        ("3\n100", "0\n100", "header: number of vertices 0 is not a whole number above 0"),
        ("0.5", "0", "header: resolution 0 is not above 0"),
        ("2 S 4", "0 S 4", "places 2: no way there and back"),
    ],
)
def test_error_names_file_vertex_and_problem(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(MapError) as error:
        read_graph(path)
    assert str(error.value).startswith(f"{path}: ")
    assert problem in str(error.value)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MapError, match=r"none\.graph: cannot be read"):
        read_graph(tmp_path / "none.graph")


def test_generated_graphs_are_the_same_for_one_seed() -> None:
    assert len(lattice(3, 4)) == 12
    assert street_tree(9, 4) == street_tree(9, 4)
    assert town(6, 6, 2) == town(6, 6, 2)
