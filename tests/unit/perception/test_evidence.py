"""Evidence: whole files, chained, with faces made unrecognisable."""

from __future__ import annotations

import re
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from patrol.errors import SunraError
from patrol.incident import EvidenceKind, capture_name
from perception.cli import detect_command
from perception.detect import describe, draw, pictures_in
from perception.detectors.scripted import detections
from perception.evidence import EvidenceRecorder, NoPictureError
from perception.evidence_chain import CHAIN_FILE, EvidenceChain
from perception.evidence_check import verify_chain
from perception.evidence_config import EvidenceConfig
from perception.privacy import RegionMemory, blur, person_regions, regions_of

BOX = np.array([20.0, 30.0, 60.0, 50.0])


def recorder(folder: Path) -> EvidenceRecorder:
    ids = iter(f"e{number:03d}" for number in range(1000))
    return EvidenceRecorder(EvidenceConfig(), folder, 5.0, lambda: next(ids))


def film(rec: EvidenceRecorder, start: int, count: int) -> list:
    rng = np.random.default_rng(1)
    made = []
    for i in range(start, start + count):
        rec.add(i * 0.2, rng.integers(0, 255, (72, 96, 3)).astype(np.uint8), [])
        made += rec.step(i * 0.2)
    return made


def test_a_clip_has_pre_roll_and_post_roll(tmp_path: Path) -> None:
    rec = recorder(tmp_path)
    film(rec, 0, 50)
    (still,) = rec.begin("inc", BOX)
    assert still.kind is EvidenceKind.STILL
    assert Path(still.path).stat().st_size == still.size_bytes
    (clip,) = film(rec, 50, 30)
    with av.open(clip.path) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        times = [float(frame.time) for frame in container.decode(video=0)]
    assert times[-1] - times[0] == pytest.approx(5.0 + 4.0, abs=0.5)
    assert verify_chain(tmp_path) == []
    assert list(tmp_path.rglob("*.part")) == []


def test_a_nearer_view_makes_a_second_still(tmp_path: Path) -> None:
    rec = recorder(tmp_path)
    film(rec, 0, 5)
    rec.begin("inc", BOX)
    rec.show("inc", np.array([10.0, 10.0, 80.0, 60.0]))
    kinds = [e.kind for e in rec.close()]
    assert kinds == [EvidenceKind.CLIP, EvidenceKind.STILL]


def test_nothing_begins_where_no_picture_may_be_kept(tmp_path: Path) -> None:
    rec = recorder(tmp_path)
    film(rec, 0, 5)
    rec.skip()
    assert rec.begin("inc", BOX) == []


def test_the_chain_tells_what_was_changed(tmp_path: Path) -> None:
    rec = recorder(tmp_path)
    film(rec, 0, 5)
    stills = [rec.begin(f"inc{i}", BOX)[0] for i in range(3)]
    rec.close()
    chain = tmp_path / CHAIN_FILE
    lines = chain.read_text().splitlines()
    Path(stills[1].path).write_bytes(b"another picture")
    assert verify_chain(tmp_path) == [
        f"{CHAIN_FILE}:2: inc1/{stills[1].evidence_id}.jpg was changed"
    ]
    Path(stills[1].path).unlink()
    assert any("is missing" in problem for problem in verify_chain(tmp_path))
    chain.write_text("\n".join([lines[0], *lines[2:]]) + "\n")
    assert f"{CHAIN_FILE}:2: the chain is broken here" in verify_chain(tmp_path)
    chain.write_text("\n".join(["{}", *lines[1:]]) + "\n")
    assert f"{CHAIN_FILE}:1: not a record" in verify_chain(tmp_path)


def test_the_chain_goes_on_after_a_torn_line(tmp_path: Path) -> None:
    rec = recorder(tmp_path)
    film(rec, 0, 5)
    rec.begin("a", BOX)
    with (tmp_path / CHAIN_FILE).open("a") as stream:
        stream.write('{"sequence": 1, "evid')
    again = recorder(tmp_path / "")
    film(again, 10, 5)
    again.begin("b", BOX)
    assert verify_chain(tmp_path) == []
    assert EvidenceChain(tmp_path)._sequence == 2


def test_heads_and_plates_are_blurred_and_trunks_are_not() -> None:
    rng = np.random.default_rng(2)
    image = rng.integers(0, 255, (200, 300, 3)).astype(np.uint8)
    found = detections([("person", 0.9, (20, 20, 60, 180)), ("car", 0.8, (100, 60, 260, 160))])
    out = blur(image, regions_of(found)).astype(float)

    def detail(y1: int, y2: int, x1: int, x2: int) -> float:
        return float(np.abs(np.diff(out[y1:y2, x1:x2], axis=1)).mean())

    assert detail(22, 52, 22, 58) < 25  # head
    assert detail(80, 170, 22, 58) > 60  # trunk and legs
    assert detail(115, 145, 110, 250) < 25  # plate
    assert detail(65, 100, 110, 250) > 60  # roof


def test_a_head_stays_blurred_while_the_detector_blinks() -> None:
    memory = RegionMemory(hold_s=0.8)
    head = (40.0, 20.0, 50.0, 30.0)
    assert memory.step(0.0, [head]) == [head]
    (held,) = memory.step(0.4, [])
    assert held == pytest.approx((36.0, 16.0, 54.0, 34.0))
    moved = (44.0, 20.0, 56.0, 32.0)
    assert memory.step(0.6, [moved]) == [moved]
    assert len(memory.step(1.4, [])) == 1
    assert memory.step(1.41, []) == []


def test_a_held_head_is_blurred_in_what_is_stored(tmp_path: Path) -> None:
    picture = np.random.default_rng(2).integers(0, 255, (72, 96, 3)).astype(np.uint8)
    rec = recorder(tmp_path)
    rec.add(0.0, picture, [(30.0, 20.0, 50.0, 40.0)])
    rec.add(0.2, picture, [])
    (still,) = rec.begin("inc", None)
    stored = cv2.imread(still.path).astype(float)
    rough = np.abs(np.diff(stored[24:36, 34:46], axis=1)).mean()
    assert rough < 0.3 * np.abs(np.diff(stored[50:70, 60:90], axis=1)).mean()


def test_both_ends_of_a_lying_person_are_blurred_and_the_middle_is_not() -> None:
    left, right = person_regions((0.0, 0.0, 100.0, 30.0))
    assert left == (0.0, 0.0, 25.0, 30.0)
    assert right == (75.0, 0.0, 100.0, 30.0)


def test_detect_reads_pictures_and_refuses_other_files(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    cv2.imwrite(str(picture), np.zeros((40, 60, 3), np.uint8))
    ((name, image),) = pictures_in(picture)
    assert (name, image.shape) == ("a.png", (40, 60, 3))
    found = detections([("person", 0.5, (1, 2, 30, 20))])
    assert describe(found) == "person 0.50 [1 2 30 20]"
    assert describe(detections([])) == "nothing"
    assert draw(image, found).any()
    for name in ("b.png", "c.txt"):
        (tmp_path / name).write_text("words")
        with pytest.raises(SunraError, match=name):
            list(pictures_in(tmp_path / name))
    with pytest.raises(SunraError, match="no such file"):
        list(pictures_in(tmp_path / "none.png"))


def test_detect_command_names_an_unknown_model() -> None:
    result = CliRunner().invoke(detect_command, ["--model", "yolo99", "x.png"])
    assert isinstance(result.exception, SunraError)
    assert "known: yolov8n" in str(result.exception)


def test_a_visit_has_a_picture_of_now_in_the_chain(tmp_path: Path) -> None:
    rec = recorder(tmp_path)
    film(rec, 0, 5)
    (kept,) = rec.capture("visit-1", 1.0)
    assert (kept.kind, kept.incident_id, kept.blurred) == (
        EvidenceKind.CHECKPOINT, "visit-1", True
    )  # fmt: skip
    picture = cv2.imread(kept.path)
    assert picture.shape == (72, 96, 3)
    assert verify_chain(tmp_path) == []


def test_a_visit_has_no_picture_where_none_may_be_kept_or_none_is_of_now(tmp_path: Path) -> None:
    rec = recorder(tmp_path)
    with pytest.raises(NoPictureError, match="no picture may be kept here"):
        rec.capture("visit-1", 0.0)
    film(rec, 0, 5)
    with pytest.raises(NoPictureError, match=r"the last picture is 1\.1 s old"):
        rec.capture("visit-1", 1.9)
    rec.skip()
    with pytest.raises(NoPictureError, match="no picture may be kept here"):
        rec.capture("visit-1", 0.8)
    assert list(tmp_path.rglob("*.jpg")) == []


@pytest.mark.parametrize(
    ("action_id", "is_same"),
    [
        ("0a1b-1-cp-07-0-1", True),
        ("a" * 64, True),
        ("a" * 65, False),
        ("../../etc/passwd", False),
        ("..", False),
        ("순찰 1", False),
        ("", False),
    ],
)
def test_a_visits_name_is_fit_for_files_and_for_the_wire(action_id: str, is_same: bool) -> None:
    name = capture_name(action_id)
    assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}", name)
    assert (name == action_id) is is_same
