"""What a killed process left is read as far as it goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rosbags.highlevel import AnyReader

from fleet_client.black_box.recovery import recover
from fleet_client.black_box.segment import is_picture_file
from fleet_client.black_box.segment_file import SegmentFile
from tests.unit.fleet_client.black_box.box_hands import (
    TEXT,
    TOPICS,
    WALL_S,
    Hands,
    string_cdr,
    times_in,
)

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
CHUNK_HEADER = 9 + 51  # of an MCAP chunk record: opcode and length, then what is before its data


KILLED = """
import os, signal
from pathlib import Path
from box_hands import Hands
hands = Hands(Path({folder!r}))
hands.run(3.5)
hands.now_s += 0.2
hands.box.step(hands.now_s, 0.0)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_loses_a_second_at_most(tmp_path: Path) -> None:
    code = KILLED.format(folder=str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{HERE}"},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert list((tmp_path / "ring").glob("*.part"))
    hands = Hands(tmp_path, now_s=4.0)
    assert not any(name.endswith(".part") for name in hands.ring)
    files = [tmp_path / "ring" / name for name in hands.ring if not is_picture_file(name)]
    times = [t for file in files for t in times_in(file)]
    assert times == [0.25 * n for n in range(1, len(times) + 1)]
    assert times[-1] >= 3.5 - 1.25
    with AnyReader(files) as reader:
        assert reader.message_count == len(times)


@settings(max_examples=40)
@given(cut=st.floats(0.0, 1.0))
def test_a_file_torn_anywhere_gives_what_was_before(
    tmp_path_factory: pytest.TempPathFactory, cut: float
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    file = SegmentFile(folder / "00000000-20260101T000000Z.mcap", TOPICS[:1])
    for number in range(30):
        file.write(TEXT, string_cdr(f"{number}"), WALL_S + number, float(number))
        file.flush()
    whole = file.close().path
    content = whole.read_bytes()
    whole.unlink()
    part = whole.with_name(whole.name + ".part")
    part.write_bytes(content[: round(cut * len(content))])
    found = recover(folder)
    times = times_in(whole) if found else []
    assert times == [float(n) for n in range(len(times))]
    assert [p.name for p in folder.iterdir()] == ([whole.name] if found else [])


def torn_file(folder: Path, messages: int) -> tuple[Path, list[int]]:
    """A file that was never closed, a chunk a message; and its size after each."""
    file = SegmentFile(folder / "00000000-20260101T000000Z.mcap", TOPICS[:1])
    sizes = []
    for number in range(messages):
        file.write(TEXT, string_cdr("x" * 2000 + f"{number}"), WALL_S, float(number))
        file.flush()
        sizes.append(file.size_bytes)
    file.abandon()
    (part,) = folder.glob("*.part")
    return part, sizes


def test_a_flipped_bit_in_a_torn_file_ends_it_there(tmp_path: Path) -> None:
    part, sizes = torn_file(tmp_path, 3)
    content = bytearray(part.read_bytes())
    content[sizes[0] + CHUNK_HEADER + 10] ^= 0x10
    part.write_bytes(content)
    (whole,) = recover(tmp_path)
    assert times_in(whole) == [0.0]


@settings(max_examples=200)
@given(at=st.floats(0.0, 1.0), junk=st.binary(min_size=1, max_size=16) | st.just(b"\xff" * 8))
def test_whatever_a_disk_did_to_a_torn_file_stops_no_recorder(
    tmp_path_factory: pytest.TempPathFactory, at: float, junk: bytes
) -> None:
    part, _ = torn_file(tmp_path_factory.mktemp("damaged"), 4)
    content = bytearray(part.read_bytes())
    start = round(at * (len(content) - len(junk)))
    content[start : start + len(junk)] = junk
    part.write_bytes(content)
    found = recover(part.parent)
    times = [t for whole in found for t in times_in(whole)]
    assert set(times) <= {0.0, 1.0, 2.0, 3.0}
    assert [p.name for p in part.parent.iterdir()] == [whole.name for whole in found]
