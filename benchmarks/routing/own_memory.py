"""How much memory our route search takes by itself: a process with its graph and nothing else.

`python -m benchmarks.routing.own_memory FILE` prints the peak in MB; `own_peak_mb` starts it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.routing.made_streets import Streets
from navigation.planning.landmarks import Landmarks
from navigation.planning.route_graph import GraphSearch
from navigation.planning.search_graph import SearchGraph

ROOT = Path(__file__).parents[2]
QUESTIONS = 20


def own_peak_mb(streets: Streets) -> float:
    """Peak resident memory of a process that loads streets, prepares and answers questions."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "streets.npz"
        np.savez(path, count=streets.count, tails=streets.tails, heads=streets.heads,
                 costs=streets.costs)  # fmt: skip
        command = [sys.executable, "-m", "benchmarks.routing.own_memory", str(path)]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return float(done.stdout)


def peak_mb() -> float:
    """Of this process since it began; `getrusage` would count the one that started it, too."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM:"))
    return int(peak.split()[1]) * 1024 / 1e6


def _search(path: Path) -> None:
    with np.load(path) as saved:
        count = int(saved["count"])
        graph = SearchGraph(count, saved["tails"], saved["heads"], saved["costs"])
    search = GraphSearch(graph, Landmarks.of(graph))
    for start, end in np.random.default_rng(0).integers(count, size=(QUESTIONS, 2)):
        search.path(int(start), int(end), graph.closed([0]))


if __name__ == "__main__":
    _search(Path(sys.argv[1]))
    sys.stdout.write(f"{peak_mb():.0f}\n")
