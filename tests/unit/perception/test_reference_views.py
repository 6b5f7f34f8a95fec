"""Reference views on disk: kept as they are, bounded, and never a reason to fail."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from perception.plane_views import Looks, PlaneLook, PlaneView, fused
from perception.reference_views import PlaneKey, ReferenceConfig, ReferenceStore, ReferenceView

KEY = PlaneKey("map", "shop", "wall 0.00 0.00")
DAY_S = 86400.0


def a_view(stamp_s: float = 1000.0, x_m: float = 0.0, level: float = 100.0) -> PlaneView:
    rng = np.random.default_rng(3)
    levels = rng.uniform(0, 2 * level, (20, 30)).astype(np.float32)
    known = np.ones((20, 30), np.bool_)
    known[:3] = False
    wall = np.zeros((20, 30), np.bool_)
    wall[:12] = True
    tints = rng.uniform(-0.5, 0.5, (20, 30)).astype(np.float32)
    return PlaneView(stamp_s, (x_m, 0.0), levels, tints, known, wall, 1.5)


def near(
    store: ReferenceStore, x_m: float = 0.0, *, is_night: bool = False, most: int = 9
) -> list[ReferenceView]:
    return list(store.near(KEY, (x_m, 0.0), is_night=is_night, within_m=1.0, most=most))


def test_a_view_comes_back_as_it_was(tmp_path: Path) -> None:
    view = a_view()
    assert ReferenceStore(tmp_path / "new", ReferenceConfig()).add(KEY, view, is_night=True)
    (back,) = near(ReferenceStore(tmp_path / "new", ReferenceConfig()), is_night=True)
    assert back.is_night
    assert np.abs(back.view.levels - view.levels).max() <= 1 / 64
    assert (back.view.known == view.known).all()
    assert (back.view.wall == view.wall).all()
    assert np.abs(back.view.tints - view.tints).max() <= 1e-4
    assert (back.view.stamp_s, back.view.viewpoint_map, back.view.noise) == (1000.0, (0, 0), 1.5)


def test_only_views_of_the_same_plane_light_and_place_are_given(tmp_path: Path) -> None:
    store = ReferenceStore(tmp_path, ReferenceConfig())
    store.add(KEY, a_view(), is_night=False)
    assert len(near(store)) == 1
    assert near(store, is_night=True) == []
    assert near(store, 1.5) == []
    other = KEY._replace(digest="wall 0.00 0.10")
    assert list(store.near(other, (0.0, 0.0), is_night=False, within_m=1.0, most=9)) == []


def test_one_run_keeps_a_view_every_so_far(tmp_path: Path) -> None:
    store = ReferenceStore(tmp_path, ReferenceConfig(spacing_m=0.5))
    kept = [store.add(KEY, a_view(1000.0 + k, 0.2 * k), is_night=False) for k in range(10)]
    assert kept == [True, False, False] * 3 + [True]
    assert len(store) == len(list(tmp_path.iterdir())) == 4


def test_of_each_run_the_nearest_is_given(tmp_path: Path) -> None:
    store = ReferenceStore(tmp_path, ReferenceConfig(spacing_m=0.1))
    for run in range(3):
        for k in range(4):
            store.add(KEY, a_view(run * DAY_S + k, 0.2 * k + 0.01 * run), is_night=False)
    given = near(store, 0.2)
    assert [round(one.view.viewpoint_map[0], 2) for one in given] == [0.2, 0.21, 0.22]
    assert len(near(store, 0.2, most=2)) == 2


def test_views_of_old_runs_go(tmp_path: Path) -> None:
    store = ReferenceStore(tmp_path, ReferenceConfig(runs=2))
    for run in range(4):
        assert store.add(KEY, a_view(run * DAY_S), is_night=False)
    assert sorted(one.view.stamp_s for one in near(store)) == [2 * DAY_S, 3 * DAY_S]
    assert len(list(tmp_path.iterdir())) == 2


def test_no_more_than_so_many_views_are_kept(tmp_path: Path) -> None:
    store = ReferenceStore(tmp_path, ReferenceConfig(most_views=3))
    for k in range(6):
        store.add(KEY, a_view(1000.0 + k, float(k)), is_night=False)
    assert len(store) == len(list(tmp_path.iterdir())) == 3
    assert near(store, 0.0) == []
    assert [one.view.stamp_s for one in near(store, 5.0)] == [1005.0]


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 cut off"])
def test_a_broken_file_is_named_and_left(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    ReferenceStore(tmp_path, ReferenceConfig()).add(KEY, a_view(), is_night=False)
    bad = tmp_path / "bad.view.npz"
    bad.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert len(ReferenceStore(tmp_path, ReferenceConfig())) == 1
    assert "reference_view_unreadable" in caplog.text
    assert "bad.view.npz" in caplog.text
    assert bad.read_bytes() == content


def test_a_truncated_file_is_not_used(tmp_path: Path) -> None:
    ReferenceStore(tmp_path, ReferenceConfig()).add(KEY, a_view(), is_night=False)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-60])
    assert len(ReferenceStore(tmp_path, ReferenceConfig())) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"about": np.frombuffer(b'{"format": 2}', np.uint8)},
        {"about": np.frombuffer(b'{"format": 1}', np.uint8)},
        {"about": np.frombuffer(b"[]", np.uint8)},
        {"about": np.array([{"a": 1}], object)},
        {"known": np.ones((3, 3), np.bool_)},
        {"levels": np.ones((20, 30), np.float32)},
        {"levels": np.ones((0, 0), np.uint16)},
    ],
)
def test_foreign_content_is_not_used(tmp_path: Path, wrong: dict[str, np.ndarray]) -> None:
    ReferenceStore(tmp_path, ReferenceConfig()).add(KEY, a_view(), is_night=False)
    (path,) = tmp_path.iterdir()
    with np.load(path) as arrays:
        content = dict(arrays) | wrong
    np.savez(path, **content)
    assert len(ReferenceStore(tmp_path, ReferenceConfig())) == 0


def test_a_folder_that_refuses_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    blocked = tmp_path / "file"
    store = ReferenceStore(blocked, ReferenceConfig())
    blocked.write_text("not a folder")
    with caplog.at_level(logging.ERROR):
        assert not store.add(KEY, a_view(), is_night=False)
    assert "reference_view_not_kept" in caplog.text
    assert len(store) == 0


def a_look(stamp_s: float, level: float, x_m: float = 0.0, hidden: bool = False) -> PlaneLook:
    levels = np.full((20, 30), level, np.float32)
    known = np.full((20, 30), not hidden)
    wall = np.ones((20, 30), np.bool_)
    return PlaneLook(stamp_s, (x_m, 0.0), levels, np.zeros_like(levels), known, wall)


def test_looks_are_fused_by_their_median() -> None:
    view = fused([a_look(k, level) for k, level in enumerate((10.0, 12.0, 250.0, 11.0, 9.0))])
    assert (view.levels == 11.0).all()
    assert view.known.all()
    assert view.stamp_s == 4
    assert view.noise > 0.3


def test_what_most_looks_do_not_know_is_unknown() -> None:
    looks = [a_look(0, 10.0), a_look(1, 10.0, hidden=True), a_look(2, 10.0, hidden=True)]
    assert not fused(looks).known.any()
    assert fused([*looks[:2], a_look(2, 12.0)]).known.all()


def test_old_and_far_looks_are_forgotten() -> None:
    looks = Looks(5, 1.0, 0.7)
    for k in range(3):
        looks.add(a_look(0.2 * k, 10.0, 0.3 * k))
    assert looks.view() is not None
    looks.add(a_look(0.6, 10.0, 5.0))
    assert looks.view() is None
    for k in range(3):
        looks.add(a_look(0.8 + 0.2 * k, 10.0, 5.0))
    assert looks.view() is not None
    looks.add(a_look(-50.0, 10.0, 5.0))  # the clock was set back
    assert looks.view() is None
