"""How often the vehicle raises an incident in hours of patrol in which nothing happens.

A vehicle patrols the repository's maps through street life (people, groups, prams, benches, dogs,
cyclists, cars, litter; by day, at dusk and at night, dry and wet) that holds no event by the
simulator's definitions: stock YOLO on rendered pictures, thermal camera, map, all rules, zones
where rules need them. Stretches of some minutes each follow from `--seed` and their number alone.
Each incident is judged by ground truth: where an event really came about, against the plan, it is
told apart. For every incident a still lies under `--out`: two pictures before, the picture of that
moment with a cross where the vehicle says it is, and the thermal one.

    python -m benchmarks.perception.quiet_hours --hours 10 --out var/quiet -j 2

Finished stretches are kept in `OUT/quiet_hours.jsonl`: the same command goes on where it ended,
and counts what was driven with the same perception, in the same kind of scenes. `--only 0-7`
drives stretch 7 of seed 0 again. Needs the weights (`sunra models fetch`).
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.perception.quiet_hours_parts import ledger
from benchmarks.perception.quiet_hours_parts.drive import drive_all, jobs
from benchmarks.perception.quiet_hours_parts.ledger import (
    PERCEPTION,
    SCENES,
    LedgerError,
    StretchRow,
    fingerprint,
)
from benchmarks.perception.quiet_hours_parts.rates import (
    HOURS_ASKED,
    MOST_AN_HOUR,
    MOST_REPEATED,
    Account,
)
from benchmarks.shared.targets import Target, finish, parser

ROWS = "quiet_hours.jsonl"


def counting(rows: Sequence[StretchRow], perception: str, scenes: str) -> list[StretchRow]:
    """The rows of this perception in these scenes, each stretch once: its last row."""
    last = {row.key: row for row in rows if row.perception == perception and row.scenes == scenes}
    return list(last.values())


def left(rows: Sequence[StretchRow], seed: int, minutes: float, hours: float) -> list[int]:
    """Numbers of a seed's stretches that are still to be driven; failed ones are tried again."""
    done = {row.key for row in rows if not row.failed}
    numbers = range(math.ceil(60 * hours / minutes - 1e-9))
    return [number for number in numbers if (seed, number, minutes) not in done]


def targets(account: Account) -> list[Target]:
    """What is asked of a patrol through a normal street."""
    repeated, total = account.repeated
    rate = account.overall.an_hour
    return [
        Target("simulated hours", account.hours, HOURS_ASKED),
        Target("false incidents an hour", None if math.isnan(rate) else rate, MOST_AN_HOUR, True),
        Target("false life-safety incidents", account.life_safety.count, 0, True),
        Target("share raised again", repeated / max(total, 1), MOST_REPEATED, True),
    ]


def main(arguments: Sequence[str]) -> int:
    """Drive what is left, print the account of all that counts; 0 when all targets are met."""
    given = _given(arguments)
    path = given.out / ROWS
    try:
        rows = ledger.read(path)
        only = None if given.only is None else _only(given.only)
    except (LedgerError, ValueError) as error:
        print(f"quiet_hours: {error}", file=sys.stderr)
        return 2
    perception, scenes = fingerprint(PERCEPTION), fingerprint(SCENES)
    counted = counting(rows, perception, scenes)
    seed, numbers = only or (given.seed, left(counted, given.seed, given.minutes, given.hours))
    wanted = jobs(seed, numbers, given.minutes, given.out, perception, scenes)
    until_s = time.monotonic() + given.stop_after_s
    for row in drive_all(wanted, given.jobs, lambda: time.monotonic() < until_s):
        ledger.append(path, row)
        rows.append(row)
        print(_progress(row), file=sys.stderr, flush=True)
    counted = counting(rows, perception, scenes)
    if len(counted) < len({(row.key, row.perception, row.scenes) for row in rows}):
        print("stretches of another perception or in other scenes are in the file: not counted")
    account = Account(counted)
    print("\n".join([*account.described(), *account.lines()]))
    return finish(targets(account), given.json)


def _given(arguments: Sequence[str]) -> argparse.Namespace:
    options = parser(__doc__)
    options.add_argument("--hours", type=float, default=HOURS_ASKED, help="simulated, of the seed")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--minutes", type=float, default=2.0, help="of each stretch")
    options.add_argument("-j", "--jobs", type=int, default=1, help="processes")
    options.add_argument("--out", type=Path, default=Path("var/quiet_hours"))
    options.add_argument("--only", help="drive this stretch alone, as 0-7: seed and number")
    options.add_argument(
        "--stop-after-s", type=float, default=math.inf, help="begin no stretch after so long"
    )
    given = options.parse_args(arguments)
    if not (given.hours > 0 and given.minutes > 0 and given.jobs > 0):
        options.error("--hours, --minutes and --jobs must be above 0")
    return given


def _only(text: str) -> tuple[int, list[int]]:
    """Seed and number of a stretch; raises ValueError."""
    seed, dash, number = text.partition("-")
    if not (dash and seed.isdecimal() and number.isdecimal()):
        raise ValueError(f"--only {text}: expected seed and number, as 0-7")
    return int(seed), [int(number)]


def _progress(row: StretchRow) -> str:
    if row.failed:
        return f"{row.seed}-{row.number}: failed: {row.failed}"
    told = ", ".join(one.kind + (" (real)" if one.event else "") for one in row.incidents)
    return (
        f"{row.seed}-{row.number}: {row.map} {row.hour_h:.1f} h {row.weather},"
        f" {row.actors} actors, {row.moved_m:.0f} m in {row.duration_s:.0f} s"
        f" ({row.wall_s:.0f} s of wall-clock time): {told or 'nothing'}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
