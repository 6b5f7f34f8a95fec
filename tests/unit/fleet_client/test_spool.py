"""The spool keeps what must not be lost, within bounds, whatever happens to its file."""

from __future__ import annotations

import itertools
import logging
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from fleet_client import spool as spool_module
from fleet_client.spool import Spool
from fleet_client.spool_entries import Draft
from fleet_client.spool_file import BACKFILL
from patrol.errors import ConfigError


def make(path: Path | None, max_states: int = 100_000, max_bytes: int = 10**9) -> Spool:
    return Spool(path, max_states=max_states, max_bytes=max_bytes)


def draft(topic: str, event_time: str = "t", size: int = 10) -> Draft:
    return Draft(topic, event_time, lambda header_id: f"{header_id}".encode().ljust(size))


def test_header_ids_count_per_topic() -> None:
    spool = make(None)
    rows = spool.append([draft("state"), draft("incident"), draft("state")])
    assert [(row.topic, row.header_id) for row in rows] == [
        ("state", 0),
        ("incident", 0),
        ("state", 1),
    ]
    assert rows[2].payload.strip() == b"1"


def test_rows_and_header_ids_survive_a_process_that_never_closed(tmp_path: Path) -> None:
    first = make(tmp_path / "spool.db")
    first.append([draft("incident"), draft("state")])
    second = make(tmp_path / "spool.db")  # `first` was never closed
    assert [row.header_id for row in second.waiting("incident", 10)] == [0]
    assert second.append([draft("state")])[0].header_id == 1
    assert second.counts().states == 2


def test_unspooled_ids_never_repeat(tmp_path: Path) -> None:
    first = make(tmp_path / "spool.db")
    used = [first.next_header_id("visualization") for _ in range(3)]
    second = make(tmp_path / "spool.db")
    assert used == [0, 1, 2]
    assert second.next_header_id("visualization") > 2


def test_clean_close_leaves_no_gap_in_the_ids(tmp_path: Path) -> None:
    first = make(tmp_path / "spool.db")
    first.next_header_id("connection")
    first.close()
    assert make(tmp_path / "spool.db").next_header_id("connection") == 1


def test_what_is_said_once_is_not_said_again_by_a_later_process(tmp_path: Path) -> None:
    first = make(tmp_path / "spool.db")
    once = replace(draft("incident"), once="incident a 1")
    assert len(first.append([once, draft("incident"), once])) == 2
    later = make(tmp_path / "spool.db")
    other = replace(once, once="incident a 2")
    assert [row.header_id for row in later.append([once, other])] == [2]


def test_keys_said_are_forgotten_after_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "_SAID_KEPT", 3)
    spool = make(None)
    for number in range(4):
        spool.append([replace(draft("incident"), once=f"{number}")])
    assert len(spool.append([replace(draft("incident"), once="0")])) == 1
    assert not spool.append([replace(draft("incident"), once="3")])


def test_a_draft_that_failed_was_not_said() -> None:
    spool = make(None)

    def fail(_: int) -> bytes:
        raise RuntimeError("cannot encode")

    with pytest.raises(RuntimeError, match="cannot encode"):
        spool.append([Draft("incident", "t", fail, once="k")])
    assert len(spool.append([replace(draft("incident"), once="k")])) == 1


def test_only_the_acknowledged_message_is_forgotten() -> None:
    spool = make(None)
    spool.append([draft("state", "t0"), draft("state", "t1"), draft("incident", "t1")])
    assert len(spool.acknowledge([("state", 1, "t1"), ("state", 0, "another life")])) == 1
    assert [row.event_time for row in spool.waiting("state", 10)] == ["t0"]
    assert spool.counts().incidents == 1
    assert spool.acknowledge([("state", 1, "t1")]) == []


def test_old_states_are_thinned_and_incidents_never() -> None:
    spool = make(None, max_states=1000)
    spool.append([draft("incident"), draft("evidence")])
    for _ in range(1200):
        spool.append([draft("state")])
    counts = spool.counts()
    assert counts.states <= 1000
    assert counts.states + counts.states_thinned == 1200
    assert (counts.incidents, counts.evidence) == (1, 1)
    ids = [row.header_id for row in spool.waiting("state", 2000)]
    assert ids[-600:] == list(range(600, 1200)), "the newest are whole"
    assert ids[0] == 0
    assert max(b - a for a, b in itertools.pairwise(ids)) <= 4, "no hole, only fewer"


def test_bytes_are_bounded_too_but_never_by_dropping_incidents() -> None:
    spool = make(None, max_bytes=100_000)
    spool.append([draft("incident", size=90_000)])
    for _ in range(700):
        spool.append([draft("state", size=100)])
    counts = spool.counts()
    assert counts.incidents == 1
    assert counts.states <= 601
    assert counts.payload_bytes == 90_000 + 100 * counts.states


def test_states_leave_the_live_lane() -> None:
    spool = make(None)
    rows = spool.append([draft("state") for _ in range(5)])
    assert spool.backfill(0, 10) == []
    spool.move_to_backfill(rows[2].seq)
    assert [row.header_id for row in spool.backfill(0, 10)] == [0, 1, 2]
    assert [row.header_id for row in spool.backfill(rows[0].seq, 1)] == [1]
    assert spool.backfill(0, 1)[0].lane == BACKFILL
    newest = spool.newest_state()
    assert newest is not None
    assert newest.header_id == 4


@pytest.mark.parametrize(
    "rubbish", [b"not a database" * 500, b"SQLite format 3\0" + b"\xff" * 9000]
)
def test_corrupted_file_is_moved_aside_with_one_line(
    tmp_path: Path, rubbish: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "spool.db"
    path.write_bytes(rubbish)
    spool = make(path)
    assert spool.append([draft("state")])[0].header_id == 0
    assert (tmp_path / "spool.db.corrupt-1").read_bytes() == rubbish
    assert len([r for r in caplog.records if "spool_corrupt" in r.message]) == 1


def test_second_corruption_keeps_the_first_for_inspection(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    for number in (1, 2):
        path.write_bytes(b"rubbish" * 1000)
        make(path).close()
        assert (tmp_path / f"spool.db.corrupt-{number}").exists()


def test_broken_in_use_begins_afresh_and_goes_on_counting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = make(tmp_path / "spool.db")
    spool.append([draft("state"), draft("state")])
    spool.repair(sqlite3.DatabaseError("database disk image is malformed"))
    assert spool.append([draft("state")])[0].header_id == 2
    assert spool.durable
    assert (tmp_path / "spool.db.corrupt-1").exists()
    assert "spool_corrupt" in caplog.text


def test_full_disk_goes_on_in_memory(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    spool = make(tmp_path / "spool.db")
    spool.append([draft("state")])
    spool._db.execute("PRAGMA max_page_count = 1")  # SQLITE_FULL from now on
    for _ in range(20):
        spool.append([draft("state", size=4000)])
    assert not spool.durable
    assert spool.newest_state() is not None
    assert spool.append([draft("state")])[0].header_id == 21
    assert len([r for r in caplog.records if "spool_unwritable" in r.message]) == 1


def test_a_disk_that_fills_between_two_ids_goes_on_in_memory(tmp_path: Path) -> None:
    spool = make(tmp_path / "spool.db")
    spool.append([draft("state")])
    spool._db.execute("PRAGMA query_only = 1")  # every write fails from now on
    ids = [spool.next_header_id("connection") for _ in range(600)]
    assert ids == list(range(600))
    assert not spool.durable
    assert spool.append([draft("state")])[0].header_id == 1
    spool.close()
    again = make(tmp_path / "spool.db")
    assert again.durable
    assert again.counts().states == 1, "the file's row waits for a start with a disk"


def test_what_came_in_memory_goes_to_the_file_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spool = make(tmp_path / "spool.db")
    spool.append([draft("state"), draft("incident")])
    spool._db.execute("PRAGMA query_only = 1")
    spool.append([draft("state"), replace(draft("incident"), once="fall 1")])
    assert not spool.durable
    assert spool.counts().incidents == 1, "the first one is in the file"
    monkeypatch.setattr("fleet_client.spool.is_full", lambda _folder: True)
    spool.return_to_disk()
    assert not spool.durable
    monkeypatch.setattr("fleet_client.spool.is_full", lambda _folder: False)
    spool.return_to_disk()
    assert spool.durable
    assert (spool.counts().states, spool.counts().incidents) == (2, 2)
    assert [row.header_id for row in spool.waiting("incident", 9)] == [0, 1]
    assert spool.append([replace(draft("incident"), once="fall 1")]) == []
    assert spool.append([draft("incident")])[0].header_id == 2
    spool.close()
    assert make(tmp_path / "spool.db").counts().incidents == 3
    assert "spool_on_disk_again" in caplog.text


def test_a_file_that_still_takes_nothing_leaves_all_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    spool = make(path)
    spool._db.execute("PRAGMA query_only = 1")
    spool.append([draft("incident")])
    lock = sqlite3.connect(path)
    lock.execute("BEGIN EXCLUSIVE")
    spool.return_to_disk()
    assert not spool.durable
    assert spool.counts().incidents == 1
    lock.rollback()
    spool.return_to_disk()
    assert spool.durable
    assert spool.counts().incidents == 1


@pytest.mark.parametrize("free_bytes", [0, 10**9], ids=["full", "another reason"])
def test_spool_begins_in_memory_where_the_disk_is_full_and_only_there(
    tmp_path: Path,
    free_bytes: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    usage = type(shutil.disk_usage(tmp_path))(10**9, 10**9 - free_bytes, free_bytes)
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: usage)
    path = tmp_path / "spool.db"
    path.mkdir()  # no file can be opened here
    if free_bytes:
        with pytest.raises(ConfigError, match="cannot be opened"):
            make(path)
        return
    spool = make(path)
    assert not spool.durable
    assert spool.append([draft("state")])[0].header_id == 0
    assert "the disk is full" in caplog.text


def test_folder_in_place_of_the_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be opened"):
        make(tmp_path)


def test_a_draft_that_fails_to_encode_leaves_nothing_behind() -> None:
    spool = make(None)

    def fail(_header_id: int) -> bytes:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        spool.append([draft("state"), Draft("state", "t", fail)])
    assert spool.counts().states == 0
    assert spool.append([draft("state")])[0].header_id == 0


def test_backfill_is_seen_after_acknowledgements_thinning_and_a_restart(tmp_path: Path) -> None:
    spool = make(tmp_path / "spool.db")
    rows = spool.append([draft("state", str(n)) for n in range(4)])
    spool.move_to_backfill(rows[1].seq)
    spool.acknowledge([("state", 0, "0"), ("state", 3, "3")])
    assert [row.header_id for row in spool.backfill(0, 10)] == [1]
    spool = make(tmp_path / "spool.db")
    assert [row.header_id for row in spool.backfill(0, 10)] == [1]
    spool.acknowledge([("state", 1, "1")])
    assert spool.backfill(0, 10) == []
    spool.move_to_backfill(rows[3].seq)
    assert [row.header_id for row in spool.backfill(0, 10)] == [2]
    thinned = make(None, max_states=700)
    thinned.move_to_backfill(thinned.append([draft("state") for _ in range(700)])[-1].seq)
    thinned.append([draft("state") for _ in range(20)])
    left = thinned.counts().states
    assert len(thinned.backfill(0, 1000)) == left - 20


def test_ids_go_on_after_an_append_that_failed() -> None:
    def broken(_header_id: int) -> bytes:
        raise ValueError("cannot be encoded")

    spool = make(None)
    spool.append([draft("state")])
    with pytest.raises(ValueError, match="encoded"):
        spool.append([draft("state"), Draft("state", "t", broken)])
    assert [row.header_id for row in spool.append([draft("state")])] == [1]
    assert spool.counts().states == 2


def test_message_that_is_too_large_takes_no_id() -> None:
    spool = Spool(None, max_states=10, max_bytes=10**6, max_payload=50)
    rows = spool.append([draft("state", size=51), draft("state", size=50)])
    assert [row.header_id for row in rows] == [0]
