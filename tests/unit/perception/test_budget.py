"""The time budget: what can be left out is left out, and comes back."""

from __future__ import annotations

from pathlib import Path

import painted_world as world
import pytest

from perception.budget import TimeBudget
from perception.config import PerceptionConfig, SweepConfig
from perception.detectors.base import Detections, Image
from perception.detectors.scripted import detections
from perception.pipeline import PerceptionPipeline
from perception.sweep import Sweep


class Watch:
    """Running seconds that pass only when told."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def spend(budget: TimeBudget, watch: Watch, seconds: float) -> bool:
    """One picture; whether the next one must save."""
    with budget.pictures(1):
        watch.now_s += seconds
    return budget.is_overdrawn


def test_debt_is_paid_back_by_quick_pictures() -> None:
    watch = Watch()
    budget = TimeBudget(0.25, watch)
    assert [spend(budget, watch, s) for s in (0.125, 0.25, 0.5, 0.125, 0.125, 0.125, 0.25)] == [
        False, False, True, True, False, False, False,
    ]  # fmt: skip


def test_a_long_stall_is_forgotten_after_ten_pictures_of_debt() -> None:
    watch = Watch()
    budget = TimeBudget(0.25, watch)
    spend(budget, watch, 60.0)
    quick = [spend(budget, watch, 0.0) for _ in range(11)]
    assert quick == [True] * 9 + [False] * 2


def test_several_pictures_at_once_have_the_time_of_each() -> None:
    watch = Watch()
    budget = TimeBudget(0.25, watch)
    with budget.pictures(4):
        watch.now_s += 1.0
    assert not budget.is_overdrawn
    with budget.pictures(4):
        watch.now_s += 1.125
    assert budget.is_overdrawn
    assert not spend(budget, watch, 0.125)


def test_a_picture_that_fails_is_counted_too() -> None:
    watch = Watch()
    budget = TimeBudget(0.25, watch)

    def fail() -> None:
        with budget.pictures(1):
            watch.now_s += 1.0
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert budget.is_overdrawn


def run(folder: Path, seconds: float, with_clock: bool) -> list[bool]:
    """Whether the turned look was left out, picture by picture; each look takes so long."""
    watch = Watch()

    class Slow:
        def detect(self, image_bgr: Image, min_score: float = 0.25) -> Detections:
            watch.now_s += seconds
            return detections([])

    config = PerceptionConfig()
    pipe = world.pipeline(folder, config)
    pipe._eyes["front"].sweep = Sweep(SweepConfig(), Slow(), 0.1)
    if with_clock:
        pipe._budget = TimeBudget(config.budget_s, watch)
    outputs = world.drive(pipe, None, seconds=2.0)
    assert isinstance(pipe, PerceptionPipeline)
    return [output.sweep_left_out for output in outputs]


def test_turned_looks_that_take_too_long_are_left_out_and_said(tmp_path: Path) -> None:
    left_out = run(tmp_path, 0.3, with_clock=True)
    assert not left_out[0]
    assert 0.2 <= sum(left_out) / len(left_out) <= 0.5


def test_within_the_budget_or_in_a_simulation_nothing_is(tmp_path: Path) -> None:
    assert not any(run(tmp_path, 0.1, with_clock=True))
    assert not any(run(tmp_path, 5.0, with_clock=False))
