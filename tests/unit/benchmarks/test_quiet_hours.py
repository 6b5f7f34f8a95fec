"""Quiet hours: what is counted, what is told apart by truth, and how a run goes on."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.perception.quiet_hours import counting, left, main, targets
from benchmarks.perception.quiet_hours_parts.drive import Job, drive, drive_all, tells_again
from benchmarks.perception.quiet_hours_parts.ledger import (
    IncidentRow,
    LedgerError,
    StretchRow,
    append,
    fingerprint,
    read,
)
from benchmarks.perception.quiet_hours_parts.rates import (
    Account,
    Rate,
    describe,
    poisson_interval,
)
from patrol.incident import AnomalyKind
from simulation.scenarios.occurrences import Occurrence

ALL = tuple(kind.value for kind in AnomalyKind)


def incident(kind: str = "running", event: str = "", repeats: bool = False) -> IncidentRow:
    life_safety = kind == "fight"
    return IncidentRow(
        kind, 12.0, 1.0, 2.0, 0.2, 0.9, life_safety, event, repeats, ("eva",), (0.0, 0.0, 0.0),
        1.2, "var/0-running.png", {"held_s": 2.0},
    )  # fmt: skip


def row(number: int = 0, *incidents: IncidentRow, **changed: object) -> StretchRow:
    made = StretchRow(
        0, number, 4.0, "p1", "s1", "sillim", 9.5, "rain", 240.0, 180.0, 300.0, 40, ALL, incidents
    )
    return replace(made, **changed)


# --- intervals and rates ---


@pytest.mark.parametrize(
    ("count", "low", "high"),  # Garwood (1936), as tables of the exact interval have it
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)],
)
def test_the_interval_is_the_exact_one(count: int, low: float, high: float) -> None:
    assert poisson_interval(count) == pytest.approx((low, high), abs=1e-3)


def test_a_rate_is_a_count_over_hours_with_its_interval() -> None:
    rate = Rate(5, 10.0)
    assert rate.an_hour == 0.5
    assert rate.interval == pytest.approx((0.1623, 1.1668), abs=1e-3)
    assert str(rate) == "5 in 10.00 h, 0.50 an hour [0.16, 1.17]"


def test_nothing_driven_says_nothing() -> None:
    rate = Rate(0, 0.0)
    assert math.isnan(rate.an_hour)
    assert rate.interval == (0.0, math.inf)


# --- the account ---


def test_what_really_was_an_event_is_told_apart() -> None:
    account = Account([row(0, incident(), incident("running", "tom from 3.0 s"))])
    assert account.overall.count == 1
    assert account.rate(AnomalyKind.RUNNING).count == 1


def test_a_kind_counts_only_hours_in_which_its_rule_had_what_it_needs() -> None:
    bare = row(1, watched=tuple(kind for kind in ALL if kind != "changed_property"))
    account = Account([row(0), bare])
    assert account.rate(AnomalyKind.CHANGED_PROPERTY).hours == pytest.approx(240 / 3600)
    assert account.rate(AnomalyKind.RUNNING).hours == pytest.approx(480 / 3600)
    assert account.hours == pytest.approx(480 / 3600)


def test_kinds_that_nothing_watches_for_are_named() -> None:
    lines = Account([row(watched=("running",))]).lines()
    silent = next(line for line in lines if line.startswith("nothing to watch for: "))
    assert "missing_person" in silent
    assert "running" not in silent
    assert not any(line.startswith("  fire:") for line in lines)


def test_a_failed_stretch_gives_no_hours_and_is_named() -> None:
    account = Account([row(0), row(1, failed="ScenarioError: inside building b-7")])
    assert account.hours == pytest.approx(240 / 3600)
    assert "failed: 0-1: ScenarioError: inside building b-7" in account.lines()


def test_life_safety_is_counted_apart() -> None:
    account = Account([row(0, incident("fight"), incident("running"))])
    assert account.life_safety.count == 1
    lines = account.lines()
    first, second = lines.index("life-safety kinds, false incidents:"), lines.index(
        "other kinds, false incidents:"
    )  # fmt: skip
    fight = next(i for i, line in enumerate(lines) if line.startswith("  fight: 1 in"))
    running = next(i for i, line in enumerate(lines) if line.startswith("  running: 1 in"))
    assert first < fight < second < running


def test_true_events_are_reported_though_nobody_told_of_them() -> None:
    lines = Account([row(0, events={"forbidden_parking": 2})]).lines()
    assert (
        "really events, not counted: forbidden_parking: 2 near the vehicle, 0 incidents" in lines
    )


def test_ten_hours_without_a_word_meet_every_target() -> None:
    rows = [row(n) for n in range(150)]
    assert all(target.met for target in targets(Account(rows)))


def test_too_few_hours_or_one_alarm_of_life_safety_miss_theirs() -> None:
    few = {t.name: t.met for t in targets(Account([row()]))}
    assert few["simulated hours"] is False
    alarmed = targets(Account([row(n, *([incident("fight")] * (n == 0))) for n in range(150)]))
    assert {t.name: t.met for t in alarmed} == {
        "simulated hours": True,
        "false incidents an hour": True,
        "false life-safety incidents": False,
        "share raised again": True,
    }


def test_no_hours_meet_nothing() -> None:
    found = {t.name: t for t in targets(Account([]))}
    assert found["false incidents an hour"].figure is None
    assert not found["false incidents an hour"].met


def test_repeats_are_a_share_of_all_incidents() -> None:
    account = Account([row(0, incident(), incident(repeats=True), incident("fight", "x"))])
    assert account.repeated == (1, 3)
    assert targets(account)[-1].figure == pytest.approx(1 / 3)


def test_an_incident_is_described_for_who_looks_for_its_cause() -> None:
    text = describe(row(7, incident()), incident())
    for part in ("0-7", "sillim", "9.5 h", "rain", "12.0 s", "running (FALSE)", "eva", ".png"):
        assert part in text


# --- again ---


def occurrence(who: str, begin_s: float) -> Occurrence:
    return Occurrence((who,), begin_s, begin_s + 5.0, begin_s + 20.0, (0.0, 0.0))


def test_the_same_event_told_twice_is_a_repeat_wherever_it_is_told() -> None:
    one, other = occurrence("tom", 3.0), occurrence("tom", 60.0)
    assert tells_again((50.0, 0.0), ("tom",), one, incident(), one)
    assert not tells_again((1.0, 2.0), ("eva",), other, incident(), one)
    assert not tells_again((1.0, 2.0), ("eva",), None, incident(), one)


def test_false_ones_repeat_by_place_or_by_the_body_nearest_to_them() -> None:
    assert tells_again((1.0, 4.5), ("tom",), None, incident(), None)  # 2.5 m off
    assert tells_again((90.0, 2.0), ("eva", "tom"), None, incident(), None)
    assert not tells_again((90.0, 2.0), ("tom", "eva"), None, incident(), None)
    assert not tells_again((90.0, 2.0), (), None, incident(), None)


# --- the ledger ---


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "rows.jsonl"
    rows = [row(0, incident()), row(1, events={"running": 1}), row(2, failed="no")]
    for one in rows:
        append(path, one)
    assert read(path) == rows


def test_no_file_is_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path / "none.jsonl") == []


def test_a_line_that_a_dying_run_cut_off_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    append(path, row(0))
    with path.open("a") as file:
        file.write('{"seed": 0, "numb')
    assert read(path) == [row(0)]


@pytest.mark.parametrize("broken", ['{"seed": 0', '{"seed": 0}', '{"sed": 0}', "3"])
def test_any_other_broken_line_is_named(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "rows.jsonl"
    append(path, row(0))
    with path.open("a") as file:
        file.write(broken + "\n")
    with pytest.raises(LedgerError, match=r"rows\.jsonl:2: is no row of quiet_hours"):
        read(path)


def test_a_row_appended_after_a_cut_line_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    append(path, row(0))
    with path.open("a") as file:
        file.write('{"seed": 0, "numb')
    append(path, row(1))
    assert read(path) == [row(0), row(1)]


def test_a_fingerprint_follows_the_files_and_nothing_else() -> None:
    assert fingerprint(("benchmarks/shared",)) == fingerprint(("benchmarks/shared",))
    assert fingerprint(("benchmarks/shared",)) != fingerprint(("benchmarks/picturing",))


# --- going on ---


def test_what_is_done_is_not_driven_again_and_what_failed_is() -> None:
    rows = [row(0), row(1, failed="its process died"), row(3)]
    assert left(rows, 0, 4.0, 0.3) == [1, 2, 4]  # 18 minutes are 5 stretches
    assert left(rows, 1, 4.0, 0.1) == [0, 1]
    assert left(rows, 0, 2.0, 0.05) == [0, 1]


def test_rows_of_another_perception_or_of_other_scenes_do_not_count() -> None:
    rows = [row(0), row(1, perception="p0"), row(2, scenes="s0")]
    assert counting(rows, "p1", "s1") == [row(0)]


def test_a_stretch_that_was_driven_again_counts_once() -> None:
    rows = [row(0, failed="hung"), row(0, incident())]
    assert counting(rows, "p1", "s1") == [row(0, incident())]


def test_no_stretch_begins_when_time_is_up(tmp_path: Path) -> None:
    job = Job(0, 0, 4.0, "p1", "s1", tmp_path)
    assert list(drive_all([job], 1, lambda: False)) == []


def test_a_stretch_that_cannot_be_is_a_row_that_says_why(tmp_path: Path) -> None:
    found = drive(Job(-1, 0, 4.0, "p1", "s1", tmp_path))
    assert found.failed.startswith("ValueError: ")
    assert ".pyx:" in found.failed or ".py:" in found.failed  # where to look
    assert found.duration_s == 0.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "seven"], "--only seven: expected seed and number, as 0-7"),
        (["--only", "0-x"], "--only 0-x: expected seed and number, as 0-7"),
    ],
)
def test_what_cannot_be_driven_is_said_in_a_line(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"quiet_hours: {message}\n"


def test_hours_of_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--hours", "0", "--out", str(tmp_path)])
    assert refused.value.code == 2


def test_finished_hours_are_counted_without_driving(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.perception.quiet_hours.fingerprint", lambda paths: "now")
    driven: list[Job] = []
    monkeypatch.setattr(
        "benchmarks.perception.quiet_hours.drive_all", lambda jobs, *_: driven.extend(jobs) or []
    )
    path = tmp_path / "quiet_hours.jsonl"
    append(path, row(0, incident(), perception="now", scenes="now"))
    append(path, row(1, incident(), perception="old", scenes="now"))
    arguments = ["--hours", "0.06", "--minutes", "4", "--out", str(tmp_path)]
    code = main([*arguments, "--json", str(tmp_path / "f.json")])
    said = capsys.readouterr().out
    assert driven == []
    assert code == 1
    assert "  running: 1 in 0.07 h" in said
    assert "not counted" in said
    figures = {one["name"]: one for one in json.loads((tmp_path / "f.json").read_text())}
    assert figures["false incidents an hour"]["figure"] == pytest.approx(15.0)
