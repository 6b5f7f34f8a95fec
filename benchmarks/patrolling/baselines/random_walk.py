"""The uniform random walk, the least predictable and least punctual of all."""

from __future__ import annotations

import numpy as np

from benchmarks.patrolling.simulate import Scene


class RandomWalk:
    """Every move from a place is as likely as the others."""

    name = "random"

    def choose(self, scene: Scene, rng: np.random.Generator) -> int:
        """Any move."""
        return int(rng.integers(len(scene.options)))
