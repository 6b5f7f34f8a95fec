"""How fast street files become patrol maps: `sunra map import` as a person runs it.

The time is that of the whole command, from the start of Python to the written map, the best of
three. Beside it stands the usual way, in a process of its own as well: pyosmium (or networkx for
GraphML), networkx and shapely, which does far less (benchmarks/importing/usual_way.py). Without
files a made town of 100 km is imported; give real ones (.osm.pbf, .graphml.gz …) to measure them.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.importing.made_town import make_town
from benchmarks.shared.targets import Target, finish, parser
from navigation.planning.importing.importer import import_map
from navigation.planning.importing.source import GRAPHML_ENDINGS

ROOT = Path(__file__).parents[1]
MADE_KM = 100.0
SECONDS_A_100_KM = 5.0
REPEATS = 3
USUAL = "from benchmarks.importing.usual_way import {0}; from pathlib import Path; import sys; "
USUAL += "{0}(Path(sys.argv[1]), Path(sys.argv[2]))"


def best_s(command: list[str]) -> tuple[float, float]:
    """Seconds of the fastest of a few runs of a command, by the clock and of the processor."""
    times = []
    for _ in range(REPEATS):
        begun, used = time.perf_counter(), children_s()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, env=environment())
        times.append((time.perf_counter() - begun, children_s() - used))
    return min(times)


def children_s() -> float:
    """Processor seconds of all commands that ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def environment() -> dict[str, str]:
    """One thread, so that the figures do not depend on how many cores there are."""
    return dict(os.environ) | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


def measure(path: Path, folder: Path) -> Target:
    """Imports a file both ways and prints the ratio."""
    _, report = import_map(path)
    length_km = report.length_km + report.lost_km
    length_km += (report.ways_left_out.length_m + report.unfit.length_m) / 1000
    out = str(folder / "map.geojson")
    ours_s, ours_cpu_s = best_s(
        [sys.executable, "sunra.py", "map", "import", str(path), "--out", out]
    )
    graphml = path.name.lower().endswith(GRAPHML_ENDINGS)
    usual = USUAL.format("convert_graphml" if graphml else "convert_osm")
    usual_s, usual_cpu_s = best_s(
        [sys.executable, "-c", usual, str(path), str(folder / "usual.graphml")]
    )
    print(
        f"{path.name}: {length_km:.0f} km of ways in the file, map of {report.nodes} nodes and "
        f"{report.edges} edges in {ours_s:.2f} s ({ours_cpu_s:.2f} s of processor); "
        f"pyosmium + networkx + shapely {usual_s:.2f} s ({usual_cpu_s:.2f} s of processor), "
        f"ratio {usual_s / ours_s:.2f}"
    )
    name = f"seconds a 100 km, {path.name}"
    return Target(name, ours_s * 100 / max(length_km, 100), SECONDS_A_100_KM, at_most=True)


def main() -> int:
    """Print a line for each target; 0 when all were met."""
    made = parser(__doc__)
    made.add_argument("files", nargs="*", type=Path, help="street files; else a made town")
    arguments = made.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [file.resolve() for file in arguments.files]
        if not files:
            files = [folder / "made.osm.pbf"]
            make_town(files[0], MADE_KM)
        targets = [measure(file, folder) for file in files]
    return finish(targets, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
