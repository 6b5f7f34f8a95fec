"""The detector benchmark's mean average precision, on boxes whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.perception.detecting_parts.precision import Found, Precision
from simulation.truth_box import TruthBox


def truth(name: str, box: tuple[float, float, float, float], hidden: float = 0.0) -> TruthBox:
    return TruthBox(name, name.split()[0], box, 8.0, hidden, 0.0, (0.0, 0.0, 0.0))


def found(*rows: tuple[tuple[float, float, float, float], float, str]) -> Found:
    boxes = np.array([box for box, _, _ in rows], np.float32).reshape(-1, 4)
    return Found(boxes, np.array([s for _, s, _ in rows], np.float32), [n for _, _, n in rows])


def mean(*pictures: tuple[list[TruthBox], Found]) -> float:
    precision = Precision()
    for labelled, seen in pictures:
        precision.add(labelled, seen)
    return precision.mean()


BOX, OTHER = (10.0, 10.0, 50.0, 110.0), (200.0, 10.0, 240.0, 110.0)


def test_the_very_boxes_are_worth_one() -> None:
    labelled = [truth("person 1", BOX), truth("person 2", OTHER)]
    assert mean((labelled, found((BOX, 0.9, "person"), (OTHER, 0.5, "person")))) == 1.0


def test_nothing_found_is_worth_nothing() -> None:
    assert mean(([truth("person 1", BOX)], found())) == 0.0


def test_half_of_the_people_is_half() -> None:
    labelled = [truth("person 1", BOX), truth("person 2", OTHER)]
    assert mean((labelled, found((BOX, 0.9, "person")))) == pytest.approx(0.5, abs=0.01)


def test_a_box_that_overlaps_by_three_quarters_counts_up_to_there() -> None:
    wide = (10.0, 10.0, 50.0, 110.0 * 4 / 3 - 10.0 / 3)  # 3/4 of it is the person
    share = mean(([truth("person 1", BOX)], found((wide, 0.9, "person"))))
    assert share == pytest.approx(0.6, abs=0.11)  # 0.5 to 0.75 of ten overlaps


def test_a_surer_mistake_costs_more_than_an_unsure_one() -> None:
    labelled = [truth("person 1", BOX)]
    sure = mean((labelled, found((OTHER, 0.95, "person"), (BOX, 0.9, "person"))))
    unsure = mean((labelled, found((OTHER, 0.2, "person"), (BOX, 0.9, "person"))))
    assert sure == pytest.approx(0.5)
    assert unsure == 1.0


def test_two_boxes_on_one_person_are_one_right_and_one_wrong() -> None:
    labelled = [truth("person 1", BOX), truth("person 2", OTHER)]
    twice = found((BOX, 0.9, "person"), (BOX, 0.8, "person"), (OTHER, 0.7, "person"))
    assert mean((labelled, twice)) < 1.0


def test_who_is_mostly_hidden_is_neither_asked_for_nor_wrong() -> None:
    labelled = [truth("person 1", BOX), truth("person 2", OTHER, hidden=0.8)]
    assert mean((labelled, found((OTHER, 0.95, "person"), (BOX, 0.9, "person")))) == 1.0


def test_classes_count_alike() -> None:
    labelled = [truth("person 1", BOX), truth("car 1", OTHER)]
    assert mean((labelled, found((BOX, 0.9, "person"), (BOX, 0.9, "car")))) == pytest.approx(0.5)
