"""The ring: whole segments, a limit, thinned pictures, full disks."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path

import pytest
from rosbags.highlevel import AnyReader

from fleet_client.black_box import segment_file as segment_module
from fleet_client.black_box import shelf as shelf_module
from fleet_client.black_box.limits import Limits
from fleet_client.black_box.segment import is_picture_file, sequence_of
from tests.unit.fleet_client.black_box.box_hands import (
    PICTURE,
    TEXT,
    WALL_S,
    Hands,
    string_cdr,
    times_in,
)


def test_every_segment_opens_by_itself_and_nothing_is_lost(tmp_path: Path) -> None:
    hands = Hands(tmp_path)
    hands.run(5.0)
    hands.box.close(hands.now_s)
    files = [tmp_path / "ring" / name for name in hands.ring if not is_picture_file(name)]
    assert len(files) >= 4
    assert [t for file in files for t in times_in(file)] == [0.25 * n for n in range(1, 21)]
    with AnyReader(files) as reader:
        texts = [reader.deserialize(raw, c.msgtype) for c, _, raw in reader.messages()]
    assert [text.data[:4] for text in texts] == [f"{0.25 * n:.2f}" for n in range(1, 21)]


def test_pictures_are_thinned_and_lie_apart(tmp_path: Path) -> None:
    hands = Hands(tmp_path, Limits(segment_s=10.0, pictures_hz=1.0))
    hands.run(5.0)
    assert not hands.box.wants_picture(PICTURE, hands.now_s)
    hands.box.close(hands.now_s)
    pictures, data = (tmp_path / "ring" / name for name in hands.ring)
    assert times_in(pictures) == [0.25, 1.25, 2.25, 3.25, 4.25]
    assert len(times_in(data)) == 20


def test_no_picture_is_kept_at_a_rate_of_zero(tmp_path: Path) -> None:
    hands = Hands(tmp_path, Limits(pictures_hz=0.0))
    hands.run(2.0)
    hands.box.close(hands.now_s)
    assert not any(map(is_picture_file, hands.ring))


def test_the_oldest_segment_goes_first_and_numbers_go_on(tmp_path: Path) -> None:
    hands = Hands(tmp_path, Limits(segment_s=1.0, ring_mb=1.0, pictures_hz=0), size_bytes=60_000)
    hands.run(3.0)
    first = [sequence_of(name) for name in hands.ring]
    hands.box.close(hands.now_s)
    size = sum(path.stat().st_size for path in (tmp_path / "ring").iterdir())
    hands.start()
    hands.run(2.0)
    assert size <= 1.3e6
    assert min(filter(None, map(sequence_of, hands.ring))) > min(n for n in first if n is not None)


def test_a_clock_that_goes_back_does_not_mix_the_order_up(tmp_path: Path) -> None:
    hands = Hands(tmp_path)
    hands.run(2.5)
    hands.box.write(TEXT, string_cdr("late"), WALL_S - 86_400.0, 99.0, hands.now_s + 1.0)
    hands.box.close(hands.now_s + 1.0)
    assert [sequence_of(n) for n in hands.ring if not is_picture_file(n)] == [0, 1, 2]


def test_the_files_of_a_long_ring_are_looked_at_once_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = Hands(tmp_path)
    hands.run(5.0)
    looked: list[Path] = []
    status = shelf_module._status

    def look(path: Path) -> os.stat_result | None:
        looked.append(path)
        return status(path)

    monkeypatch.setattr(shelf_module, "_status", look)
    for seconds, times in ((50.0, 0), (30.0, 1)):
        for _ in range(round(2 * seconds)):
            hands.now_s += 0.5
            hands.box.step(hands.now_s, WALL_S + hands.now_s)
        of_data = [path.name for path in looked if not is_picture_file(path.name)]
        assert sorted(of_data) == sorted(times * [n for n in hands.ring if n.endswith("Z.mcap")])


def test_a_nearly_full_disk_shrinks_the_ring_then_pauses_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hands = Hands(tmp_path)
    hands.run(4.0)
    assert len(hands.ring) > 4
    hands.free_mb = 100.0
    with caplog.at_level(logging.INFO):
        hands.run(10.0)
        assert {sequence_of(name) for name in hands.ring} == {3}, "the last one stays"
        assert hands.box.ring.paused == "the disk is nearly full"
        hands.free_mb = 10_000.0
        hands.run(8.0)
    assert hands.box.ring.paused is None
    assert len(hands.ring) > 2
    said = [r.getMessage().split()[0] for r in caplog.records if "black_box" in r.getMessage()]
    assert said == ["black_box_paused", "black_box_resumed"]


def test_a_write_that_finds_no_space_pauses_says_so_once_and_goes_on_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = Hands(tmp_path)
    hands.run(2.5)
    full = True
    write = segment_module._HashedStream.write

    def refuse(stream: segment_module._HashedStream, data: bytes) -> int:
        if full and len(data) > 20:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(stream, data)

    monkeypatch.setattr(segment_module._HashedStream, "write", refuse)
    with caplog.at_level(logging.INFO):
        hands.run(12.0)
        assert hands.box.ring.paused == "No space left on device"
        full = False
        hands.run(8.0)
    hands.box.close(hands.now_s)
    assert hands.box.ring.paused is None
    said = [r.getMessage().split()[0] for r in caplog.records if "black_box" in r.getMessage()]
    assert said == ["black_box_paused", "black_box_resumed"]
    assert not any(name.endswith((".part", ".rescue")) for name in hands.ring)
    files = [tmp_path / "ring" / name for name in hands.ring if not is_picture_file(name)]
    times = [t for file in files for t in times_in(file)]
    assert times == sorted(times)
    assert times[-1] == hands.now_s


@pytest.mark.parametrize(
    ("field", "value"), [("segment_s", 0.0), ("ring_mb", -1.0), ("pictures_hz", float("nan"))]
)
def test_a_limit_outside_its_range_is_refused(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{field}: .* is outside"):
        Limits(**{field: value})
