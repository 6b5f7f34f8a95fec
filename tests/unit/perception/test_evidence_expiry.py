"""Evidence on board expires on schedule, makes room, and leaves its chain whole."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from patrol.errors import LogError
from patrol.incident import Evidence, EvidenceKind
from perception.evidence import EvidenceRecorder
from perception.evidence_chain import CHAIN_FILE, EvidenceChain, inside
from perception.evidence_check import check_chain
from perception.evidence_cli import evidence_group
from perception.evidence_config import EvidenceConfig
from perception.evidence_expiry import DAY_S, FILES_A_STEP, MB, EvidenceExpiry, RetentionConfig

NOW_S = 1_800_000_000.0
PLENTY = 10**12


def keep(chain: EvidenceChain, name: str, age_days: float, incident: str = "") -> Path:
    """A picture of 1 MB as the recorder leaves it."""
    content = hashlib.sha256(name.encode()).digest() * (MB // 32)
    folder = chain.folder / (incident or f"inc-{name}")
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.jpg"
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    chain.append(
        Evidence(
            name,
            folder.name,
            EvidenceKind.STILL,
            "image/jpeg",
            digest,
            len(content),
            NOW_S - age_days * DAY_S,
            str(path),
            True,
        )
    )
    return path


def run(expiry: EvidenceExpiry, now_s: float = NOW_S, steps: int = 10) -> int:
    return sum(expiry.step(now_s) for _ in range(steps))


def test_what_is_older_than_its_days_goes_and_the_chain_stays_whole(tmp_path: Path) -> None:
    chain = EvidenceChain(tmp_path)
    old, young = keep(chain, "old", 31), keep(chain, "young", 29)
    assert run(EvidenceExpiry(RetentionConfig(), chain)) == 1
    assert (old.exists(), young.exists()) == (False, True)
    verdict = check_chain(tmp_path)
    assert verdict.problems == []
    assert (verdict.kept, verdict.expired) == (1, 1)
    assert verdict.notes == [
        f"{CHAIN_FILE}:1: inc-old/old.jpg expired at 2027-01-15T08:00:00.000Z (age), entry intact"
    ]


def test_a_clock_that_is_set_far_forward_expires_nothing_for_a_day(tmp_path: Path) -> None:
    chain, running = EvidenceChain(tmp_path), [0.0]
    path = keep(chain, "young", 1)
    expiry = EvidenceExpiry(RetentionConfig(), chain, running_s=lambda: running[0])
    assert run(expiry) == 0
    running[0] += 1.0
    assert run(expiry, NOW_S + 400 * DAY_S) == 0
    running[0] += 0.9 * DAY_S
    assert run(expiry, NOW_S + 400.9 * DAY_S) == 0
    assert path.exists()
    running[0] += 0.2 * DAY_S  # nobody has set it back
    assert run(expiry, NOW_S + 401.1 * DAY_S) == 1


def test_time_that_passes_is_no_jump(tmp_path: Path) -> None:
    chain, running = EvidenceChain(tmp_path), [0.0]
    keep(chain, "young", 1)
    expiry = EvidenceExpiry(RetentionConfig(), chain, running_s=lambda: running[0])
    assert run(expiry) == 0
    running[0] += 30 * DAY_S
    assert run(expiry, NOW_S + 30 * DAY_S) == 1


def test_evidence_of_an_open_incident_stays_until_it_is_over(tmp_path: Path) -> None:
    chain = EvidenceChain(tmp_path)
    path = keep(chain, "old", 400, "inc")
    ongoing = {"inc"}
    config = RetentionConfig(max_mb=1, handover_h=0)
    expiry = EvidenceExpiry(config, chain, lambda: ongoing, lambda _folder: 0)
    assert run(expiry) == 0
    assert path.exists()
    ongoing.clear()
    assert run(expiry, NOW_S + 60) == 1


def test_a_full_disk_takes_the_oldest_and_no_more_than_it_must(tmp_path: Path) -> None:
    chain = EvidenceChain(tmp_path)
    paths = [keep(chain, f"e{age}", age, f"inc{age}") for age in (5, 9, 7, 3)]
    missing_mb = 1.5
    expiry = EvidenceExpiry(
        RetentionConfig(), chain, lambda: {"inc9"}, lambda _folder: int((1000 - missing_mb) * MB)
    )
    assert run(expiry) == 2
    assert [path.exists() for path in paths] == [False, True, False, True]
    assert check_chain(tmp_path).problems == []


def test_a_folder_over_its_size_makes_room(tmp_path: Path) -> None:
    chain = EvidenceChain(tmp_path)
    paths = [keep(chain, f"e{age}", age) for age in (2, 3, 4)]
    config = RetentionConfig(max_mb=2)
    assert run(EvidenceExpiry(config, chain, free=lambda _folder: PLENTY)) == 1
    assert [path.exists() for path in paths] == [True, True, False]


def test_what_may_not_be_handed_over_yet_is_never_deleted_for_room(tmp_path: Path) -> None:
    chain = EvidenceChain(tmp_path)
    keep(chain, "new", 0.9)
    expiry = EvidenceExpiry(RetentionConfig(max_mb=1), chain, free=lambda _folder: 0)
    assert run(expiry) == 0


def test_a_step_deletes_few_and_the_next_ones_the_rest(tmp_path: Path) -> None:
    chain = EvidenceChain(tmp_path)
    for number in range(5):
        keep(chain, f"e{number}", 40)
    expiry = EvidenceExpiry(RetentionConfig(), chain)
    assert [expiry.step(NOW_S) for _ in range(4)] == [FILES_A_STEP, FILES_A_STEP, 1, 0]


def test_a_clock_that_went_back_deletes_nothing(tmp_path: Path) -> None:
    chain = EvidenceChain(tmp_path)
    keep(chain, "e", 1)
    assert run(EvidenceExpiry(RetentionConfig(), chain, free=lambda _f: PLENTY), 0.0) == 0


def test_a_crash_between_entry_and_deletion_is_finished_later(tmp_path: Path) -> None:
    chain = EvidenceChain(tmp_path)
    path = keep(chain, "old", 31)
    content = path.read_bytes()
    run(EvidenceExpiry(RetentionConfig(), chain))
    path.write_bytes(content)  # as if it had not been deleted
    verdict = check_chain(tmp_path)
    assert verdict.problems == []
    assert any("is still there" in note for note in verdict.notes)
    run(EvidenceExpiry(RetentionConfig(), EvidenceChain(tmp_path)))
    assert not path.exists()


def test_the_chain_goes_on_after_an_expiry_and_a_restart(tmp_path: Path) -> None:
    chain = EvidenceChain(tmp_path)
    keep(chain, "old", 31)
    run(EvidenceExpiry(RetentionConfig(), chain))
    again = EvidenceChain(tmp_path)
    assert again.kept == {}
    keep(again, "new", 0)
    verdict = check_chain(tmp_path)
    assert (verdict.problems, verdict.kept, verdict.expired) == ([], 1, 1)


def test_a_name_that_leads_out_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    chain = EvidenceChain(folder)
    keep(chain, "old", 31)
    outside = tmp_path / "other.jpg"
    outside.write_bytes(b"not ours")
    lines = (folder / CHAIN_FILE).read_text().replace("inc-old/old.jpg", "../other.jpg")
    (folder / CHAIN_FILE).write_text(lines)
    run(EvidenceExpiry(RetentionConfig(), EvidenceChain(folder)))
    assert outside.exists()
    assert any("leads out" in p or "broken" in p for p in check_chain(folder).problems)


@pytest.mark.parametrize("file", ["../x.jpg", "/etc/passwd", "a/../../x", ""])
def test_only_names_below_the_folder_are_files_of_it(tmp_path: Path, file: str) -> None:
    assert inside(tmp_path, file) is None


def tamper_file(folder: Path) -> None:
    (folder / "inc-b" / "b.jpg").write_bytes(b"another picture")


def remove_file(folder: Path) -> None:
    (folder / "inc-b" / "b.jpg").unlink()


def add_file(folder: Path) -> None:
    (folder / "inc-b" / "z.jpg").write_bytes(b"slipped in")


def change_line(folder: Path) -> None:
    chain = folder / CHAIN_FILE
    lines = chain.read_text().splitlines()
    lines[1] = json.dumps({**json.loads(lines[1]), "captured_at_s": 0.0}, sort_keys=True)
    chain.write_text("\n".join(lines) + "\n")


def remove_expiry(folder: Path) -> None:
    chain = folder / CHAIN_FILE
    chain.write_text("\n".join(chain.read_text().splitlines()[:3]) + "\n")


def forge_expiry(folder: Path) -> None:
    """A file is deleted and the chain continued with an expiry of another one's hash."""
    chain = EvidenceChain(folder)
    chain._write(
        {
            "expired": "b",
            "file": "inc-b/b.jpg",
            "sha256": "0" * 64,
            "expired_at_s": 1.0,
            "reason": "age",
        }
    )
    remove_file(folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (tamper_file, f"{CHAIN_FILE}:2: inc-b/b.jpg was changed"),
        (remove_file, f"{CHAIN_FILE}:2: inc-b/b.jpg is missing, and no entry says"),
        (add_file, f"inc-b/z.jpg: no entry of {CHAIN_FILE} names it"),
        (change_line, f"{CHAIN_FILE}:2: the chain is broken here"),
        (remove_expiry, f"{CHAIN_FILE}:1: inc-a/a.jpg is missing, and no entry says"),
        (forge_expiry, f"{CHAIN_FILE}:5: says that inc-b/b.jpg expired, and no entry before"),
    ],
)
def test_verify_names_the_line_and_the_file_that_are_wrong(
    tmp_path: Path, change: Callable[[Path], None], said: str
) -> None:
    chain = EvidenceChain(tmp_path)
    for name, age in (("a", 31), ("b", 1), ("c", 1)):
        keep(chain, name, age)
    run(EvidenceExpiry(RetentionConfig(), chain))
    good = CliRunner().invoke(evidence_group, ["verify", str(tmp_path)])
    assert good.exit_code == 0
    assert "2 kept, 1 expired: as written" in good.output
    change(tmp_path)
    bad = CliRunner().invoke(evidence_group, ["verify", str(tmp_path)])
    assert bad.exit_code == 1
    assert f"WRONG: {said}" in bad.output


def test_a_folder_without_a_chain_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=f"holds no {CHAIN_FILE}"):
        check_chain(tmp_path)


def test_the_recorder_lets_its_own_evidence_expire(tmp_path: Path) -> None:
    ids = (f"e{n}" for n in itertools.count())
    recorder = EvidenceRecorder(EvidenceConfig(), tmp_path, 5.0, lambda: next(ids))
    recorder.add(0.0, np.zeros((72, 96, 3), np.uint8), [])
    (still,) = recorder.begin("inc", None)
    recorder.close()
    recorder.step(31 * DAY_S)
    assert not Path(still.path).exists()
    assert check_chain(tmp_path).problems == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("days", 0.0), ("max_mb", 0.0), ("min_free_mb", -1.0), ("handover_h", 1e3)],
)
def test_settings_out_of_range_are_refused(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        RetentionConfig(**{field: value})


@given(
    ages=st.lists(st.floats(0, 60), min_size=1, max_size=12),
    ongoing=st.sets(st.integers(0, 11)),
    free_mb=st.integers(980, 1010),
)
def test_open_and_young_evidence_outlives_any_disk(
    tmp_path_factory: pytest.TempPathFactory, ages: list[float], ongoing: set[int], free_mb: int
) -> None:
    """And the chain verifies whatever has gone."""
    folder = tmp_path_factory.mktemp("e")
    chain = EvidenceChain(folder)
    paths = [keep(chain, f"e{n}", age) for n, age in enumerate(ages)]
    still_open = {f"inc-e{n}" for n in ongoing}
    config = RetentionConfig(max_mb=6)
    run(EvidenceExpiry(config, chain, lambda: still_open, lambda _folder: free_mb * MB))
    for number, (path, age) in enumerate(zip(paths, ages, strict=True)):
        if number in ongoing or age < 1:
            assert path.exists()
        elif age > 30.001:
            assert not path.exists()
    assert check_chain(folder).problems == []
