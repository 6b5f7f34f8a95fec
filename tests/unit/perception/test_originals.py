"""Sealed originals: nothing with a face on the disk but what its recipient alone can open."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import CliRunner

from patrol.errors import ConfigError
from patrol.geometry import Pose2, StampedPose
from patrol.incident import AnomalyKind, EvidenceKind, Incident, IncidentPhase, Severity
from perception.evidence import EvidenceRecorder, NoPictureError
from perception.evidence_chain import CHAIN_FILE
from perception.evidence_check import check_chain
from perception.evidence_cli import evidence_group
from perception.evidence_config import EvidenceConfig
from perception.evidence_expiry import DAY_S, RetentionConfig
from perception.evidence_record import EvidenceRecord, Provenance, Shown
from perception.identity_file import unseal_file, write_identity
from perception.sealing import Seal, new_identity, unseal

IDENTITY, RECIPIENT = new_identity()
OTHER_IDENTITY, OTHER_RECIPIENT = new_identity()


def recorder(
    folder: Path,
    recipients: tuple[str, ...] = (RECIPIENT,),
    retention: RetentionConfig | None = None,
) -> EvidenceRecorder:
    ids = iter(f"e{number:03d}" for number in range(1000))
    config = EvidenceConfig(originals_for=recipients, retention=retention or RetentionConfig())
    return EvidenceRecorder(config, folder, 5.0, lambda: next(ids))


def film(rec: EvidenceRecorder, start: int, count: int) -> list:
    rng = np.random.default_rng(1)
    made = []
    for i in range(start, start + count):
        picture = rng.integers(0, 255, (72, 96, 3)).astype(np.uint8)
        pose = StampedPose(i * 0.2, Pose2(i * 0.1, 2.0, 0.0), np.eye(3) * 0.01)
        rec.add(i * 0.2, picture, [], pose)
        made += rec.step(i * 0.2)
    return made


def incident() -> Incident:
    return Incident(
        "inc", AnomalyKind.LOITERING, Severity.LOW, IncidentPhase.OPENED, 1, "m", 3.0, 4.0, 0.2,
        1.0, 2.0, 2.0, 0.8, "loitering-1", {"for_s": 21.0},
    )  # fmt: skip


def originals(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.mp4.age"))


def test_an_original_is_sealed_with_pre_roll_and_post_roll_and_does_not_leave(
    tmp_path: Path,
) -> None:
    rec = recorder(tmp_path)
    film(rec, 0, 50)
    rec.begin("inc", None)
    made = film(rec, 50, 30)
    assert EvidenceKind.ORIGINAL not in {e.kind for e in made}
    (sealed,) = originals(tmp_path)
    content = unseal(sealed.read_bytes(), IDENTITY)
    with av.open(io.BytesIO(content)) as container:
        times = [float(frame.time) for frame in container.decode(video=0)]
        assert container.streams.video[0].codec_context.name == "mjpeg"
    assert times[-1] - times[0] == pytest.approx(9.0, abs=0.5)
    assert check_chain(tmp_path).problems == []
    assert not any(path.name.endswith(".part") for path in tmp_path.rglob("*"))


def test_the_original_shows_what_the_clip_hides(tmp_path: Path) -> None:
    rec = recorder(tmp_path)
    rng = np.random.default_rng(3)
    picture = rng.integers(0, 255, (72, 96, 3)).astype(np.uint8)
    head = (28.0, 16.0, 68.0, 56.0)
    for i in range(5):
        rec.add(i * 0.2, picture, [head])
    (still,) = rec.begin("inc", None)
    rec.close()
    (sealed,) = originals(tmp_path)

    def detail(file: io.BytesIO | str) -> float:
        with av.open(file) as container:
            shown = next(container.decode(video=0)).to_ndarray(format="bgr24").astype(float)
        return float(np.abs(np.diff(shown[30:42, 42:54], axis=1)).mean())

    assert detail(still.path) < 20
    assert detail(io.BytesIO(unseal(sealed.read_bytes(), IDENTITY))) > 40


def test_without_a_recipient_no_original_is_kept(tmp_path: Path) -> None:
    rec = recorder(tmp_path, ())
    film(rec, 0, 5)
    rec.begin("inc", None)
    rec.close()
    assert originals(tmp_path) == []
    with pytest.raises(NoPictureError, match="no original on board"):
        rec.release("inc", "kim", "112 asked", 9.0)


def test_nothing_of_a_place_without_records_is_in_an_original(tmp_path: Path) -> None:
    rec = recorder(tmp_path)
    film(rec, 0, 10)
    rec.skip()
    film(rec, 10, 2)
    rec.begin("inc", None)
    rec.close()
    with av.open(io.BytesIO(unseal(originals(tmp_path)[0].read_bytes(), IDENTITY))) as container:
        assert len(list(container.decode(video=0))) == 2


def test_each_recipient_opens_a_seal_and_nobody_else(tmp_path: Path) -> None:
    sealed = Seal([RECIPIENT, OTHER_RECIPIENT]).seal(b"film")
    assert unseal(sealed, IDENTITY) == unseal(sealed, OTHER_IDENTITY) == b"film"
    with pytest.raises(ConfigError, match="does not open"):
        unseal(Seal([RECIPIENT]).seal(b"film"), OTHER_IDENTITY)
    with pytest.raises(ConfigError, match="no identity file"):
        unseal(sealed, RECIPIENT)
    with pytest.raises(ConfigError, match="cannot be read"):
        unseal(sealed, "AGE-SECRET-KEY-1NONSENSE")
    with pytest.raises(ConfigError, match="no age file"):
        unseal(b"film", IDENTITY)
    broken = sealed[:-1] + bytes([sealed[-1] ^ 1])
    with pytest.raises(ConfigError, match="does not open"):
        unseal(broken, IDENTITY)


def test_a_recipient_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"originals_for: 'age1nobody' is no age recipient"):
        EvidenceConfig(originals_for=("age1nobody",))


def test_a_release_is_noted_with_who_and_why(tmp_path: Path) -> None:
    rec = recorder(tmp_path)
    film(rec, 0, 5)
    rec.begin("inc", None)
    rec.begin("another", None)
    rec.close()
    (released,) = rec.release("inc", "kim", "112 case 4711", 100.0)
    assert released.kind is EvidenceKind.ORIGINAL
    assert not released.blurred
    assert Path(released.path).stat().st_size == released.size_bytes
    last = json.loads((tmp_path / CHAIN_FILE).read_text().splitlines()[-1])
    assert (last["released"], last["requested_by"]) == (released.evidence_id, "kim")
    verdict = check_chain(tmp_path)
    assert verdict.problems == []
    assert any("to kim: 112 case 4711" in note for note in verdict.notes)


@pytest.mark.parametrize(("who", "why"), [("", "112"), ("kim", " ")])
def test_a_release_needs_somebody_and_a_reason(tmp_path: Path, who: str, why: str) -> None:
    rec = recorder(tmp_path)
    film(rec, 0, 5)
    rec.begin("inc", None)
    rec.close()
    before = (tmp_path / CHAIN_FILE).read_text()
    with pytest.raises(NoPictureError, match="one is empty"):
        rec.release("inc", who, why, 9.0)
    assert (tmp_path / CHAIN_FILE).read_text() == before


def test_a_release_that_names_another_file_is_found(tmp_path: Path) -> None:
    rec = recorder(tmp_path)
    film(rec, 0, 5)
    rec.begin("inc", None)
    rec.close()
    rec.release("inc", "kim", "112", 9.0)
    chain = tmp_path / CHAIN_FILE
    lines = chain.read_text().splitlines()
    chain.write_text("\n".join([*lines[:-1], lines[-1].replace(".mp4.age", ".jpg")]) + "\n")
    assert any("was released, and no entry" in p for p in check_chain(tmp_path).problems)


def test_originals_expire_before_what_is_blurred(tmp_path: Path) -> None:
    retention = RetentionConfig(days=30, originals_days=2, min_free_mb=0)
    rec = recorder(tmp_path, retention=retention)
    film(rec, 0, 5)
    rec.begin("inc", None)
    rec.close()
    again = recorder(tmp_path, retention=retention)
    again.step(3 * DAY_S)
    assert originals(tmp_path) == []
    assert len(list(tmp_path.rglob("*.mp4"))) == 1
    with pytest.raises(NoPictureError, match="expired"):
        again.release("inc", "kim", "112", 3 * DAY_S)
    with pytest.raises(ValueError, match="originals_days: 31"):
        RetentionConfig(days=30, originals_days=31)


def test_the_record_tells_track_poses_and_versions(tmp_path: Path) -> None:
    rec = recorder(tmp_path, ())
    film(rec, 0, 5)
    made_with = Provenance("1.2.3", None, {"detector": {"name": "yolov8n"}}, EvidenceConfig())
    rec.begin("inc", None, EvidenceRecord(incident(), made_with))
    rec.show("inc", None, Shown(0.8, 3.0, 4.0, 0.2, 0.8, None))
    rec.show("other", None, Shown(0.8, 9.0, 9.0, 0.2, 0.8, None))
    film(rec, 5, 2)
    record = rec.close()[-1]
    assert (record.kind, record.media_type) == (EvidenceKind.RECORD, "application/json")
    told = json.loads(Path(record.path).read_text())
    assert told["incident"]["rule_version"] == "loitering-1"
    assert [place["x_m"] for place in told["track"]] == [3.0]
    assert [pose["x_m"] for pose in told["vehicle"]] == pytest.approx(
        [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    )
    assert told["made_with"]["software"] == "1.2.3"
    assert told["made_with"]["parameters"]["pre_roll_s"] == 5.0
    assert check_chain(tmp_path).problems == []


def test_an_identity_is_for_its_owner_and_writes_over_nothing(tmp_path: Path) -> None:
    key, sealed, target = tmp_path / "key", tmp_path / "o.mp4.age", tmp_path / "o.mp4"
    recipient = write_identity(key)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with pytest.raises(ConfigError, match="is there already"):
        write_identity(key)
    sealed.write_bytes(Seal([recipient]).seal(b"film"))
    assert unseal_file(sealed, key, target) == 4
    assert target.read_bytes() == b"film"
    with pytest.raises(ConfigError, match="is there already"):
        unseal_file(sealed, key, target)
    with pytest.raises(ConfigError, match="cannot be read"):
        unseal_file(tmp_path / "none", key, tmp_path / "new")


def test_the_commands_make_an_identity_and_open_a_seal(tmp_path: Path) -> None:
    run = CliRunner().invoke
    key, sealed = tmp_path / "key", tmp_path / "o.mp4.age"
    made = run(evidence_group, ["keygen", str(key)])
    sealed.write_bytes(Seal([made.output.strip()]).seal(b"film"))
    arguments = ["unseal", str(sealed), "--identity", str(key), "--to", str(tmp_path / "o.mp4")]
    opened = run(evidence_group, arguments)
    assert (opened.exit_code, (tmp_path / "o.mp4").read_bytes()) == (0, b"film")
