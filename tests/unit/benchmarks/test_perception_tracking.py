"""The tracker benchmark: its reader of MOT folders, what it asks, and the street it makes."""

from __future__ import annotations

import gzip
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.perception import tracking
from benchmarks.perception.tracking_parts import library, made_crowd, ours
from benchmarks.perception.tracking_parts.score import Score
from benchmarks.perception.tracking_parts.sequences import folders_of, read_sequence
from patrol.errors import LogError

INFO = "[Sequence]\nname=x\nframeRate=30\nseqLength={length}\nimWidth=1000\nimHeight=500\n"
SHIFT_PX = 4.0
LENGTH = 31


def write(folder: Path, shift_px: float = SHIFT_PX, length: int = LENGTH) -> Path:
    """Two people who stand; the camera pans by `shift_px` a frame. Row 3 of the truth is a car."""
    (folder / "gt").mkdir(parents=True)
    (folder / "seqinfo.ini").write_text(INFO.format(length=length))
    found, truth, motions = [], [], []
    for frame in range(1, length + 1):
        left = 500 - shift_px * (frame - 1)
        motions.append(f"{frame - 1}\t1 0 {-shift_px if frame > 1 else 0} 0 1 0\t")
        for number, x in ((1, left), (2, left + 200)):
            found.append(f"{frame},-1,{x},100,50,120,0.9,-1,-1,-1")
            truth.append(f"{frame},{number},{x},100,50,120,1,1,1")
        truth.append(f"{frame},3,0,0,90,90,1,3,1")
        truth.append(f"{frame},4,0,0,90,90,0,1,1")
    with gzip.open(folder / "detections_X.txt.gz", "wt") as file:
        file.write("\n".join(found))
    (folder / "gt" / "gt.txt").write_text("\n".join(truth))
    (folder / "camera_motion.txt").write_text("\n".join(motions))
    return folder


def test_a_sequence_is_read_with_pedestrians_only(tmp_path: Path) -> None:
    sequence = read_sequence(write(tmp_path / "a"))
    picture = sequence.pictures[1]
    assert (sequence.name, sequence.rate_hz, len(sequence.pictures)) == ("a", 30, LENGTH)
    assert picture.true_ids.tolist() == [1, 2]
    assert picture.boxes_xyxy.tolist() == [[496, 100, 546, 220], [696, 100, 746, 220]]
    assert picture.scores.tolist() == [0.9, 0.9]


def test_motions_of_left_out_frames_are_put_together(tmp_path: Path) -> None:
    sequence = read_sequence(write(tmp_path), every=5)
    assert [picture.number for picture in sequence.pictures] == [1, 6, 11, 16, 21, 26, 31]
    assert sequence.rate_hz == 6
    assert [picture.motion[0, 2] for picture in sequence.pictures] == [0] + [-5 * SHIFT_PX] * 6


def test_turns_are_put_together_in_their_order(tmp_path: Path) -> None:
    write(tmp_path, length=3)
    rows = "0 1 0 0 0 1 0\n1 2 0 0 0 2 0\n2 1 0 7 0 1 0\n"  # doubles, then shifts by 7
    (tmp_path / "camera_motion.txt").write_text(rows)
    picture = read_sequence(tmp_path, every=2).pictures[1]
    assert picture.motion.tolist() == [[2, 0, 7], [0, 2, 0]]


@pytest.mark.parametrize(("shift_px", "moving"), [(0.0, False), (SHIFT_PX, True)])
def test_a_moving_camera_is_told(tmp_path: Path, shift_px: float, moving: bool) -> None:
    assert read_sequence(write(tmp_path, shift_px)).moving is moving


def test_without_a_motion_file_the_camera_stands(tmp_path: Path) -> None:
    (write(tmp_path) / "camera_motion.txt").unlink()
    assert not read_sequence(tmp_path).moving


def test_without_a_motion_file_the_pictures_tell_the_motion(tmp_path: Path) -> None:
    (write(tmp_path, length=3) / "camera_motion.txt").unlink()
    (tmp_path / "img1").mkdir()
    rng = np.random.default_rng(2)
    wall = cv2.resize(rng.integers(0, 255, (40, 80), dtype=np.uint8), (1040, 520))
    for frame in range(1, 4):
        at = tmp_path / "img1" / f"{frame:06d}.png"
        cv2.imwrite(str(at), wall[:500, 4 * frame : 4 * frame + 1000])
    pictures = read_sequence(tmp_path).pictures
    assert [p.motion[0, 2] for p in pictures] == pytest.approx([0, -4, -4], abs=0.7)
    (tmp_path / "img1" / "000002.png").write_text("no picture")
    with pytest.raises(LogError, match=r"000002\.png"):
        read_sequence(tmp_path)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("seqinfo.ini", "[Sequence]\nframeRate=0\n", "above 0"),
        ("gt/gt.txt", "1,2,3", "at least 8 numbers"),
        ("gt/gt.txt", "1,1,nan,2,3,4,1,1,1", "not finite"),
        ("camera_motion.txt", "one 2 3 4 5 6 7", "at least 7 numbers"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, file: str, text: str, said: str) -> None:
    (write(tmp_path) / file).write_text(text)
    with pytest.raises(LogError, match=said) as caught:
        read_sequence(tmp_path)
    assert str(tmp_path / file) in str(caught.value)


def test_a_folder_of_sequences_or_one_sequence(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / name)
    assert folders_of(tmp_path) == [tmp_path / "a", tmp_path / "b"]
    assert folders_of(tmp_path / "b") == [tmp_path / "b"]
    with pytest.raises(LogError, match=r"seqinfo\.ini"):
        folders_of(tmp_path / "a" / "gt")


def test_ours_keeps_ids_by_the_motion_and_loses_them_without(tmp_path: Path) -> None:
    sequence = read_sequence(write(tmp_path, 20.0), every=5)
    for compensated, right in ((True, True), (False, False)):
        answers, _ = ours.follow(sequence, compensated=compensated)
        later = [answer.ids.tolist() for answer in answers[2:]]
        assert (later == [[1, 2]] * len(later)) is right


def test_every_rival_is_measured_with_the_better_of_its_settings() -> None:
    scores = {name: Score(50.0, 0.0, 0) for name in tracking.NAMES}
    scores[tracking.OURS] = Score(65.0, 0.0, 0)
    scores[library.BOT + library.AS_OURS] = Score(66.0, 0.0, 0)
    met = {row.name: row.met for row in tracking._targets_of("MOT17-10", scores)}
    title = "MOT17-10, every fifth frame: IDF1"
    assert met == {
        f"{title} above ByteTrack, points": True,
        f"{title} above BoT-SORT, stored motion, points": False,
        f"{title}, percent": False,
    }


def test_without_data_the_targets_of_identity_are_missed() -> None:
    assert [row.met for row in tracking.identity_targets(None, [])] == [False]


def test_the_made_street_shows_nearly_everybody_and_is_the_same_for_a_seed() -> None:
    looks, again = made_crowd.crowd(30, 20, 1), made_crowd.crowd(30, 20, 1)
    assert np.mean([len(look.observations) for look in looks]) > 24
    assert np.array_equal(looks[-1].observations[0].box_xyxy, again[-1].observations[0].box_xyxy)
