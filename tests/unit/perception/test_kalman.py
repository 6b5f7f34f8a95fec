"""Many filters at once are each what the textbook's one filter is."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from patrol.geometry import larger_sigma
from perception.track_kernels import predicted, updated

Floats = NDArray[np.float64]


def spread(rng: np.random.Generator, size: int) -> Floats:
    """A covariance."""
    root = rng.normal(size=(size, size))
    return np.asarray(root @ root.T + 0.01 * np.eye(size), np.float64)


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_prediction_is_the_textbooks(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    means, covariances = rng.normal(size=(n, 4)), np.array([spread(rng, 4) for _ in range(n)])
    dts, sigmas = rng.uniform(0, 2, n), rng.uniform(0, 2, n)
    moved, grown = predicted(means, covariances, dts, sigmas)
    for k in range(n):
        move = np.array([[1, 0, dts[k], 0], [0, 1, 0, dts[k]], [0, 0, 1, 0], [0, 0, 0, 1]])
        push = np.array([[dts[k] ** 2 / 2, 0], [0, dts[k] ** 2 / 2], [dts[k], 0], [0, dts[k]]])
        noise = push @ push.T * sigmas[k] ** 2
        np.testing.assert_allclose(moved[k], move @ means[k], atol=1e-12)
        np.testing.assert_allclose(grown[k], move @ covariances[k] @ move.T + noise, atol=1e-9)


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_update_is_the_textbooks(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    means, covariances = rng.normal(size=(n, 4)), np.array([spread(rng, 4) for _ in range(n)])
    places, noises = rng.normal(size=(n, 2)), np.array([spread(rng, 2) for _ in range(n)])
    seen, shrunk = updated(means, covariances, places, noises)
    looks = np.eye(2, 4)
    for k in range(n):
        gain = (
            covariances[k] @ looks.T @ np.linalg.inv(looks @ covariances[k] @ looks.T + noises[k])
        )
        expected = means[k] + gain @ (places[k] - looks @ means[k])
        np.testing.assert_allclose(seen[k], expected, atol=1e-7)
        left = (np.eye(4) - gain @ looks) @ covariances[k]
        np.testing.assert_allclose(shrunk[k], left, atol=1e-7)


@given(st.integers(0, 2**32 - 1))
def test_the_larger_axis_is_the_larger_eigenvalues(seed: int) -> None:
    covariance = spread(np.random.default_rng(seed), 2)
    expected = np.sqrt(np.linalg.eigvalsh(covariance)[-1])
    np.testing.assert_allclose(larger_sigma(covariance), expected, rtol=1e-9)
    assert larger_sigma(np.zeros((2, 2))) == 0.0
