"""One scenario without ROS and upon the real ROS processes: the same drive, the same verdicts."""

from __future__ import annotations

from pathlib import Path

from demo.through_ros import play_through_ros
from patrol_bringup.build_interfaces import build
from simulation.scenarios.agreement import agreement
from simulation.scenarios.load import load_scenario
from simulation.scenarios.outcome import Status
from simulation.scenarios.runner import Run

ROOT = Path(__file__).parents[2]
SCENARIO = """
title: Drives on after a pause, a dark lidar and a person who crosses
map: {root}/maps/proving_ground.geojson
duration_s: 40
seed: 3
vehicles:
  - start: {{edge_id: 103, fraction: 0.2}}
    nodes: [2, 3]
    battery_pct: 71
actors:
  - name: eva
    at: {{edge_id: 103, fraction: 0.45, left_m: -2.4}}
    does:
      - {{kind: walk, path: [{{edge_id: 103, fraction: 0.45, left_m: 2.6}}]}}
events:
  - {{kind: operate, action: pause, when: {{travelled_m: 4}}}}
  - {{kind: operate, action: resume, when: {{after: pause, after_s: 3}}}}
faults:
  - {{inject: lidar_lost, when: {{after: resume, after_s: 4}}, for_s: 2}}
expect:
  - {{kind: finishes, within_s: 38}}
  - {{kind: no_contact}}
  - {{kind: stops, after: pause, within_s: 3, within_m: 2}}
  - {{kind: fault, fault: scan_stale, after: lidar_lost, opens_within_s: 1, closes_within_s: 1}}
  - {{kind: response, after: lidar_lost, like: scan_stale}}
  - {{kind: cross_track, p95_m: 0.2}}
  - {{kind: localized, p95_m: 0.2}}
"""


def test_a_run_through_ros_agrees_with_the_one_without(tmp_path: Path) -> None:
    build()
    path = tmp_path / "both_ways.yaml"
    path.write_text(SCENARIO.format(root=ROOT))
    scenario = load_scenario(path)
    run = Run(scenario)
    for _ in run.samples():
        pass
    without, its_trace = run.outcome(), run.trace
    run.close()
    assert without.status is Status.PASSED, without.failures
    through, trace = play_through_ros(scenario, tmp_path / "ros", real_time_factor=1.5)
    assert through.status is Status.PASSED, through.failures
    found = agreement(without, its_trace, through, trace)
    assert found.is_within_bounds, found.sentence
    assert abs(trace.samples[0].battery_pct - 71) < 0.5
    crossed = [places["eva"] for _, places in trace.actors]
    assert max(y for _, y in crossed) - min(y for _, y in crossed) > 2.0
