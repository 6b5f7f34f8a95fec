"""Compiled loops find what plain NumPy finds, on random inputs."""

from __future__ import annotations

import math
from array import array

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import ndtr
from staged_people import CAMERA

from patrol.geometry import Pose2, StampedPose
from perception import compiled as module
from perception.camera_rays import rays_of, rotation
from perception.map_heights import MapHeights
from perception.motion import motions_of
from perception.range_kernels import lines_of
from perception.ranging import Ranging, RangingConfig, Views
from perception.track_kernels import densest, near_shares, pair_costs, shadowed_share
from perception.tracking_view import overlaps

Floats = NDArray[np.float64]
seeds = st.integers(0, 2**32 - 1)
CONFIG = RangingConfig()


@given(seeds, st.floats(1.0, 300.0))
def test_the_ground_is_by_the_nearest_points_however_far(seed: int, wide_m: float) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(0.0, wide_m, (rng.integers(4, 60), 3)) * (1.0, rng.uniform(0, 1), 1.0)
    places = rng.uniform(-wide_m, 2 * wide_m, (20, 2))
    heights, beside = MapHeights(points).at(places)
    away = np.hypot(*(places[:, None] - points[None, :, :2]).transpose(2, 0, 1))
    near = np.argsort(away, axis=1)[:, :4]
    weights = 1.0 / (np.take_along_axis(away, near, axis=1) + 0.5) ** 2
    expected = (weights * points[near, 2]).sum(axis=1) / weights.sum(axis=1)
    np.testing.assert_allclose(beside, away.min(axis=1), rtol=1e-12)
    np.testing.assert_allclose(heights, expected, rtol=1e-9)


def test_ground_that_cannot_be_asked_for_is_not_known() -> None:
    heights = MapHeights(np.random.default_rng(0).uniform(0.0, 20.0, (9, 3)))
    asked = np.array([[math.nan, 1.0], [math.inf, 1.0], [1e300, 0.0], [1.0, 1.0]])
    found, beside = heights.at(asked)
    assert np.isnan(found).tolist() == np.isnan(beside).tolist() == [True, True, True, False]
    assert heights.at(np.empty((0, 2)))[0].shape == (0,)


def seen(seed: int) -> tuple[Views, Floats, Floats]:
    """Lines of sight of random boxes, with the boxes and the rotation to the level frame."""
    rng = np.random.default_rng(seed)
    low, high = np.sort(rng.uniform(0, CAMERA.height_px, (2, 8)), axis=0)
    left = rng.uniform(0, CAMERA.width_px - 60, 8)
    boxes = np.stack((left, low, left + rng.uniform(5, 60, 8), high + 5), axis=1)
    level = rotation(*rng.normal(0.0, 0.05, 2), 0.0)
    eye_x, eye_y, eye_z = (level @ (CAMERA.x_m, CAMERA.y_m, CAMERA.z_m)).tolist()
    lines, whole = lines_of(
        *(boxes, rng.uniform(size=8) < 0.7, rays_of(CAMERA).base_from_optical, level),
        (CAMERA.focal_px, CAMERA.width_px / 2, CAMERA.height_px / 2),
        *((0.02, 0.03), (1.0, 0.02), (2.0, 0.6)),
    )
    return Views((eye_x, eye_y, eye_z), CAMERA.z_m, lines, 0.003, whole), boxes, level


@given(seeds)
def test_lines_of_sight_are_those_of_the_rays(seed: int) -> None:
    views, boxes, level = seen(seed)
    middle, tall = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3] - boxes[:, 1]
    feet = rays_of(CAMERA).rays(middle, boxes[:, 3] - 0.02 * tall)
    heads = rays_of(CAMERA).rays(middle, boxes[:, 1] + 0.03 * tall) @ level.T
    level_feet = feet @ level.T
    across = np.hypot(*level_feet.T[:2])
    expected = (
        level_feet[:, 2] / across,
        feet[:, 2] / np.hypot(*feet.T[:2]),
        heads[:, 2] / np.hypot(*heads.T[:2]),
        np.hypot(1.0, 0.02 * tall) / CAMERA.focal_px,
        *(level_feet.T[:2] / across),
    )
    np.testing.assert_allclose(views.lines, np.stack(expected, axis=1), rtol=1e-9, atol=1e-12)
    cut = (boxes[:, 1] <= 2) | (boxes[:, 3] >= CAMERA.height_px - 2)
    wide = boxes[:, 2] - boxes[:, 0] >= 0.6 * tall
    assert not (views.whole_people & (cut | wide)).any()


def log_normal(errors: Floats, variances: Floats) -> Floats:
    return np.asarray(-0.5 * (errors**2 / variances + np.log(variances)), np.float64)


def plain_ranges(views: Views, profiles: tuple[Floats, Floats] | None, reach_m: float) -> Floats:
    """Of boxes (3, n): median, spread, and the ground's median, step by step with NumPy."""
    grid = np.geomspace(1.0, reach_m, math.ceil(math.log(reach_m) / 0.02))
    foot, plane_slope, head, foot_sigma = views.lines.T[:4, :, None]
    rays = views.eye[2] + foot * grid
    ground = rays - (views.eye_over_plane_m + plane_slope * grid)
    variances = np.broadcast_to(
        CONFIG.plane_sigma_m**2 + (CONFIG.plane_sigma_per_m * grid**2) ** 2, ground.shape
    )
    if profiles is not None:
        samples = np.geomspace(1.0, reach_m, 16)
        of_map, beside = (
            np.array([np.interp(grid, samples, row) for row in part]) for part in profiles
        )
        apart = np.abs(of_map - ground)
        for_map = 1.0 / (
            (CONFIG.map_sigma_m + CONFIG.map_sigma_share * grid) ** 2
            + (CONFIG.beside_sigma_share * beside) ** 2
        )
        sigmas = CONFIG.plane_sigma_m + CONFIG.level_sigma_per_m * grid**2 + 0.8 * apart
        total = for_map + 1.0 / sigmas**2
        ground = (for_map * of_map + ground / sigmas**2) / total
        variances = 1.0 / total + 0.7**2 * for_map / sigmas**2 * (apart / total) ** 2
    variances = variances + (foot_sigma * grid) ** 2
    wide, share = CONFIG.outlier_factor**2, CONFIG.outlier_share
    on_ground = np.logaddexp(
        log_normal(rays - ground, variances) + math.log(1 - share),
        log_normal(rays - ground, wide * variances) + math.log(share),
    )
    tall, edges = (head - foot) * grid, (views.head_sigma * grid) ** 2
    people = np.logaddexp(
        log_normal(tall - CONFIG.adult_m, CONFIG.adult_sigma_m**2 + edges)
        + math.log(1 - CONFIG.child_share),
        log_normal(tall - CONFIG.child_m, CONFIG.child_sigma_m**2 + edges)
        + math.log(CONFIG.child_share),
    )
    told = np.where(views.whole_people[:, None], on_ground + people, on_ground)
    found = []
    for likely in (told, on_ground):
        shares = np.exp(likely - likely.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        medians = grid[np.minimum((np.cumsum(shares, axis=1) < 0.5).sum(axis=1), len(grid) - 1)]
        spread = np.sqrt((shares * (grid - medians[:, None]) ** 2).sum(axis=1))
        found += [medians, np.hypot(spread, CONFIG.body_sigma_m)]
    return np.stack((found[0] + CONFIG.body_m, found[1], found[2] + CONFIG.body_m))


@given(seeds, st.booleans())
def test_ranges_are_those_that_numpy_weighs(seed: int, has_map: bool) -> None:
    rng, (views, _, _) = np.random.default_rng(seed), seen(seed)
    pose = Pose2(*rng.uniform(0.0, 20.0, 2), rng.uniform(-3.0, 3.0))
    heights = MapHeights(rng.uniform(0.0, 20.0, (30, 3)) * (1.0, 1.0, 0.1)) if has_map else None
    profiles = None
    if heights is not None:
        samples = np.geomspace(1.0, 26.0, 16)
        reach = np.array(views.eye[:2]) + samples[:, None] * views.directions[:, None, :]
        z, beside = heights.at(pose.transform_points(reach.reshape(-1, 2)))
        (here,), _ = heights.at(np.array([[pose.x_m, pose.y_m]]))
        profiles = (z - here).reshape(8, 16), beside.reshape(8, 16)
    stamped = StampedPose(0.0, pose, np.eye(3) * 1e-4)
    found = Ranging(CONFIG, 20.0, heights).ranges(views, stamped)
    expected = plain_ranges(views, profiles, 26.0)
    got = np.stack((found.median_m, found.sigma_m, found.ground_m))
    np.testing.assert_allclose(got, expected, rtol=1e-7)


@given(seeds)
def test_costs_of_pairs_are_those_that_numpy_finds(seed: int) -> None:
    rng, (n, m) = np.random.default_rng(seed), (6, 5)
    roots, small = rng.normal(size=(n, 4, 4)), rng.normal(size=(m, 2, 2))
    covariances = roots @ roots.transpose(0, 2, 1) + 0.1 * np.eye(4)
    noises = small @ small.transpose(0, 2, 1) + 0.1 * np.eye(2)
    means, places = rng.normal(0, 3, (n, 4)), rng.normal(0, 3, (m, 2))
    boxes = np.sort(rng.uniform(0, 60, (n + m, 2, 2)), axis=1).reshape(-1, 4)
    expected, others = boxes[:n].copy(), boxes[n:].copy()
    expected[0] = np.nan
    classes, theirs = rng.integers(0, 2, n), rng.integers(0, 2, m)
    metres = rng.uniform(0.5, 3.0, n)
    found = pair_costs(
        *(means, covariances, classes, expected, metres),
        *(places, noises, theirs, others, (3.0, 0.15, 1e6)),
    )
    for row in range(n):
        for column in range(m):
            spread = covariances[row, :2, :2] + noises[column]
            off = places[column] - means[row, :2]
            distance2 = off @ np.linalg.solve(spread, off)
            if classes[row] != theirs[column] or distance2 > 9.21:
                assert found[row, column] == 1e6
                continue
            tall = max(expected[row, 3] - expected[row, 1], 1.0)
            ratio = np.log((others[column, 3] - others[column, 1]) / tall)
            height = 9.0 if np.isnan(ratio) else min((ratio / 0.15) ** 2, 9.0)
            place = distance2 + np.log(np.linalg.det(spread) / metres[row] ** 4)
            boxes_cost = 3.0 * (1.0 - overlaps(expected[row], others[column]).item())
            assert found[row, column] == pytest.approx(place + boxes_cost + height, rel=1e-9)


@given(seeds)
def test_who_stands_together_is_found_as_by_numpy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places, sigmas = rng.uniform(0.0, 6.0, (9, 2)), rng.uniform(0.0, 1.0, 9)
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    spread = np.maximum(np.hypot(sigmas[:, None], sigmas), 1e-3)
    expected = ndtr((2.5 - apart) / spread)
    np.fill_diagonal(expected, 1.0)
    shares = near_shares(apart, sigmas, 2.5)
    np.testing.assert_allclose(shares, expected, rtol=1e-9, atol=1e-15)
    left, shown = rng.uniform(size=(2, 9)) < 0.6
    left[3] = True
    best, size, pictured = densest(shares, left, shown)
    sums = np.where(left, shares[:, left].sum(axis=1), -1.0)
    assert (best, size) == (np.argmax(sums), pytest.approx(sums.max()))
    assert pictured == pytest.approx(shares[best, left & shown].sum())


@given(seeds)
def test_shadows_are_those_that_numpy_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    bodies, middle = rng.normal(0.0, 2.0, (rng.integers(0, 7), 2)), rng.normal(0.0, 1.0, 2)
    disc, eye = rng.uniform(-2.5, 2.5, (50, 2)), np.array([rng.uniform(-9.0, -1.0), 0.0])
    found = shadowed_share(bodies, tuple(middle), tuple(eye), disc, 0.25, 0.3)
    points, others = disc + middle - eye, bodies - eye
    far = np.hypot(*points.T)
    near = np.maximum(np.hypot(*others.T), 0.1)[:, None]
    cos = others @ points.T
    sin = np.abs(points[:, 0] * others[:, 1:] - points[:, 1] * others[:, :1])
    hidden = (far > near + 0.3) & (sin < cos * (0.25 / near))
    assert found == pytest.approx(hidden.any(axis=0).mean())


@given(seeds)
def test_velocities_are_the_weighted_least_squares(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(3):
        times = np.sort(rng.uniform(0.0, 2.0, rng.integers(1, 12)))
        table = np.column_stack(
            (times, rng.uniform(1, 9, len(times)), rng.normal(size=(len(times), 2)))
        )
        rows.append(array("d", table.ravel().tolist()))
    for row, motion in zip(rows, motions_of(rows, 1.2), strict=True):
        table = np.array(row).reshape(-1, 4)
        table = table[table[:, 0] >= table[-1, 0] - 1.2 - 1e-6]
        if len(table) < 4:
            assert (motion.vx_mps, motion.sigma_mps, motion.misfit_m) == (0.0, math.inf, math.inf)
            continue
        roots = np.sqrt(table[:, 1:2])
        line = np.column_stack((np.ones(len(table)), table[:, 0]))
        fit, *_ = np.linalg.lstsq(roots * line, roots * table[:, 2:], rcond=None)
        off2 = (table[:, 1:2] * (table[:, 2:] - line @ fit) ** 2).sum() / table[:, 1].sum()
        assert (motion.vx_mps, motion.vy_mps) == pytest.approx(tuple(fit[1]), rel=1e-6, abs=1e-9)
        assert motion.misfit_m == pytest.approx(math.sqrt(off2), rel=1e-6)
    assert motions_of([], 1.0) == []


def test_where_no_code_can_be_kept_it_is_compiled_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = numba.njit

    def njit(signature: str, *, cache: bool = False, **more: object) -> object:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(signature, **more)

    monkeypatch.setattr(module.numba, "njit", njit)
    assert module.compiled("f8(f8)")(lambda number: 2.0 * number)(3.0) == 6.0


def test_what_is_not_of_the_signature_is_refused_and_never_compiled_anew() -> None:
    with pytest.raises(TypeError, match="No matching definition"):
        near_shares(np.zeros((4, 4))[::2, ::2], np.zeros(2), 2.5)
