"""Evidence of a person search's candidates ends with the search, and the chain stays whole."""

from __future__ import annotations

import json
from pathlib import Path

import painted_world as world
import pyrage
import pytest
from staged_clothes import WHITE, StagedPose, searched
from staged_people import NOON_S

from patrol.incident import AnomalyKind, Incident, IncidentPhase
from patrol.person_search import LONGEST_S, PersonSearch
from perception.candidates import CANDIDATES_FILE, Candidates
from perception.config import PerceptionConfig
from perception.evidence import EvidenceRecorder
from perception.evidence_check import check_chain
from perception.evidence_config import EvidenceConfig
from perception.evidence_expiry import EvidenceExpiry, RetentionConfig
from perception.eye import Eye
from perception.incident_memory import INCIDENT_MEMORY
from perception.incidents import IncidentBook
from perception.pipeline import PerceptionPipeline
from perception.rules.collapsed_person import CollapsedPersonRule
from perception.rules.missing_person import MissingPersonRule
from perception.rules.missing_person_config import MissingPersonConfig

HOUR_S = 3600.0
OFFICER = str(pyrage.x25519.Identity.generate().to_public())


def sought(case_id: str = "case-1", lasts_s: float = 10 * HOUR_S) -> PersonSearch:
    return searched(
        case_id,
        top_rgb=WHITE,
        trousers_rgb=WHITE,
        height_m=None,
        expires_at_s=NOON_S + lasts_s,
    )


class Vehicle:
    """Perception of a vehicle that may be killed and started again over its folder."""

    def __init__(self, folder: Path, candidate_h: float = 1.0) -> None:
        retention = RetentionConfig(candidate_h=candidate_h)
        evidence = EvidenceConfig(originals_for=(OFFICER,), retention=retention)
        self.folder, self.config = folder, PerceptionConfig(evidence=evidence)
        self.now_s = NOON_S
        self.incidents: list[Incident] = []
        self.start()

    def start(self) -> None:
        """As after a power cut: nothing of the last run is in memory."""
        self.rule = MissingPersonRule(MissingPersonConfig(), StagedPose())
        lying = CollapsedPersonRule(self.config.collapsed_person, world.detector(), None)
        memory = self.folder / INCIDENT_MEMORY
        book = IncidentBook(self.config.incidents, "sillim", memory=memory)
        rate_hz = world.CAMERA.rate_hz
        self.recorder = EvidenceRecorder(
            self.config.evidence, self.folder, rate_hz, open_incidents=book.open_ids
        )
        self.pipe = PerceptionPipeline(
            self.config, world.SPEC, world.detector(strong=0.8),
            [Eye(world.CAMERA, self.config.camera, [lying])], [self.rule], book, self.recorder,
        )  # fmt: skip

    def look(self, seconds: float, size: tuple[float, float] = (0.5, 1.65)) -> None:
        """Somebody in white is in view."""
        for _ in range(round(seconds / 0.2)):
            self.now_s += 0.2
            frame = world.frame(0.0, self.now_s, (7.0, -1.0), size)
            self._step(frame, world.pose_at(0.0, self.now_s, 0.0))

    def wait(self, hours: float) -> None:
        """Nothing is in view; files expire a few a step."""
        for _ in range(round(hours * 6)):
            self.now_s += HOUR_S / 6
            for _ in range(4):
                self._step(None, None)

    def _step(self, *seen: object) -> None:
        self.incidents += self.pipe.step(*seen, None, self.now_s).incidents

    @property
    def files(self) -> set[str]:
        """Endings of what lies on the disk of any incident."""
        return {
            path.name.split(".", 1)[1]
            for path in self.folder.glob("*/*")
            if not path.name.startswith(".")
        }


EVERYTHING = {"jpg", "mp4", "record.json", "mp4.age"}


@pytest.fixture
def vehicle(tmp_path: Path) -> Vehicle:
    """One that has told of a candidate, and kept everything of them."""
    made = Vehicle(tmp_path)
    made.pipe.search([sought()])
    made.look(12.0)
    assert made.files == EVERYTHING
    assert [one.kind for one in made.incidents][:1] == [AnomalyKind.MISSING_PERSON]
    return made


def reasons(folder: Path) -> list[str]:
    lines = (folder / "chain.jsonl").read_text().splitlines()
    return [record["reason"] for line in lines if "expired" in (record := json.loads(line))]


def assert_whole(vehicle: Vehicle, kept: int, expired: int) -> None:
    verdict = check_chain(vehicle.folder)
    assert verdict.problems == []
    assert (verdict.kept, verdict.expired) == (kept, expired)


def test_it_goes_an_hour_after_a_list_without_the_search(vehicle: Vehicle) -> None:
    vehicle.wait(3.0)
    vehicle.pipe.search([sought("case-2")])
    vehicle.wait(0.9)
    assert vehicle.files == EVERYTHING, "the client may not have taken it over yet"
    vehicle.wait(0.5)
    assert vehicle.files == set()
    assert_whole(vehicle, 0, 4)
    assert reasons(vehicle.folder) == ["search_over"] * 4


def test_it_stays_while_the_search_is_listed_and_goes_when_it_expires_offline(
    vehicle: Vehicle,
) -> None:
    vehicle.wait(9.5)
    assert vehicle.files == EVERYTHING
    vehicle.wait(2.0)
    assert vehicle.files == set()
    assert_whole(vehicle, 0, 4)


def test_a_longer_search_keeps_it_and_a_shorter_one_does_not(vehicle: Vehicle) -> None:
    vehicle.pipe.search([sought(lasts_s=30 * HOUR_S)])
    vehicle.wait(25.0)
    assert vehicle.files == EVERYTHING
    vehicle.pipe.search([sought(lasts_s=26 * HOUR_S)])
    vehicle.wait(2.5)
    assert vehicle.files == set()


def test_an_end_that_was_told_outlasts_a_restart_without_a_link(vehicle: Vehicle) -> None:
    vehicle.pipe.search([])
    vehicle.wait(0.4)
    vehicle.start()
    vehicle.wait(0.4)
    assert vehicle.files == EVERYTHING
    vehicle.wait(0.6)
    assert vehicle.files == set()
    assert_whole(vehicle, 0, 4)


def test_the_end_that_was_told_last_is_known_after_a_restart_without_a_link(
    vehicle: Vehicle,
) -> None:
    vehicle.pipe.search([sought(lasts_s=14 * HOUR_S)])
    vehicle.wait(0.2)
    vehicle.start()
    vehicle.wait(12.0)
    assert vehicle.files == EVERYTHING
    vehicle.wait(3.2)
    assert vehicle.files == set()


def test_who_was_off_when_it_ended_learns_it_from_the_first_list(vehicle: Vehicle) -> None:
    vehicle.start()
    vehicle.wait(0.5)
    assert vehicle.files == EVERYTHING, "nothing was told: nothing is over"
    vehicle.pipe.search([])
    vehicle.wait(1.4)
    assert vehicle.files == set()
    last = vehicle.incidents[-1]
    assert last.phase is IncidentPhase.CLOSED, "it was open before the restart"
    assert last.details == {"case_id": "case-1"}
    assert b"_seen" not in (vehicle.folder / INCIDENT_MEMORY).read_bytes()


def test_deleting_goes_on_after_a_restart_in_the_middle(vehicle: Vehicle) -> None:
    vehicle.pipe.search([])
    vehicle.wait(0.2)
    for hours in (0.6, 0.5):
        vehicle.now_s += hours * HOUR_S
        vehicle._step(None, None)
    assert len(reasons(vehicle.folder)) == 2
    vehicle.start()
    vehicle.wait(0.4)
    assert vehicle.files == set()
    assert_whole(vehicle, 0, 4)


def test_a_search_that_is_listed_again_within_the_hour_keeps_it(vehicle: Vehicle) -> None:
    vehicle.pipe.search([])
    vehicle.wait(0.5)
    vehicle.pipe.search([sought()])
    vehicle.wait(5.0)
    assert vehicle.files == EVERYTHING


def test_other_evidence_stays_as_long_as_ever(tmp_path: Path) -> None:
    vehicle = Vehicle(tmp_path)
    vehicle.pipe.search([])
    vehicle.look(14.0, size=world.LYING)
    assert {one.kind for one in vehicle.incidents} == {AnomalyKind.COLLAPSED_PERSON}
    assert vehicle.files >= EVERYTHING
    vehicle.wait(30.0)
    assert vehicle.files >= EVERYTHING
    assert reasons(tmp_path) == []


def test_a_candidate_that_is_open_for_its_rule_is_no_reason_to_keep_it(tmp_path: Path) -> None:
    """The camera died with somebody in view: no picture comes in which the rule could end it."""
    vehicle = Vehicle(tmp_path)
    vehicle.pipe.search([sought()])
    vehicle.look(12.0)
    assert [one.phase for one in vehicle.incidents if one.phase is IncidentPhase.CLOSED] == []
    vehicle.pipe.search([])
    vehicle.wait(1.5)
    assert [one.phase for one in vehicle.incidents].count(IncidentPhase.CLOSED) == 1
    assert vehicle.files == set()


def test_a_clip_that_a_power_cut_left_half_written_goes_with_the_next_start(
    tmp_path: Path,
) -> None:
    vehicle = Vehicle(tmp_path)
    vehicle.pipe.search([sought()])
    vehicle.look(3.0)
    assert [path.name for path in tmp_path.glob("*/.*.part")], "a clip is being written"
    vehicle.start()
    assert list(tmp_path.glob("*/.*.part")) == []
    assert_whole(vehicle, 1, 0)


def test_what_is_kept_of_a_search_is_its_number_and_times(vehicle: Vehicle) -> None:
    (told,) = json.loads((vehicle.folder / CANDIDATES_FILE).read_bytes())
    assert told == {
        "incident_id": vehicle.incidents[0].incident_id,
        "case_id": "case-1",
        "ends_at_s": NOON_S + 10 * HOUR_S,
        "over_at_s": None,
    }


@pytest.mark.parametrize("content", [None, b"", b"[{}]", b"\xff no json"])
def test_a_file_that_is_lost_is_made_again_of_the_records(
    vehicle: Vehicle, content: bytes | None
) -> None:
    """The end is not in a record: a list tells it, or the longest that a search lasts."""
    file = vehicle.folder / CANDIDATES_FILE
    file.unlink() if content is None else file.write_bytes(content)
    vehicle.start()
    (told,) = json.loads(file.read_bytes())
    assert (told["case_id"], told["over_at_s"]) == ("case-1", None)
    assert told["ends_at_s"] == pytest.approx(NOON_S + LONGEST_S, abs=5.0)
    vehicle.pipe.search([])
    vehicle.wait(1.4)
    assert vehicle.files == set()


def test_a_disk_that_refuses_is_logged_and_memory_goes_on(
    vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("perception.candidates.write_whole", refuse)
        vehicle.pipe.search([])
        vehicle.wait(0.2)
    assert "candidates_not_kept" in caplog.text
    vehicle.wait(1.2)
    assert vehicle.files == set()


def test_who_is_over_and_gone_is_forgotten_with_the_next_start(vehicle: Vehicle) -> None:
    vehicle.pipe.search([])
    vehicle.wait(1.5)
    file = vehicle.folder / CANDIDATES_FILE
    assert len(json.loads(file.read_bytes())) == 1
    known = Candidates(file, *vehicle.recorder._files.on_board())
    assert known.over == {}


def test_a_clock_that_is_set_back_does_not_put_off_an_end_for_ever(tmp_path: Path) -> None:
    known = Candidates(tmp_path / CANDIDATES_FILE, (), ())
    incident = Incident(
        "i", AnomalyKind.MISSING_PERSON, "high", IncidentPhase.OPENED, 1, "m", 0.0, 0.0, 0.1,
        NOON_S, NOON_S, NOON_S, 0.5, "v", {"case_id": "a"},
    )  # fmt: skip
    known.note(incident)
    known.search([])
    known.step(NOON_S + 9_000_000.0)
    known.step(NOON_S + 10.0)
    assert known.over == {"i": NOON_S + 10.0}


def test_that_its_incident_is_open_keeps_nothing_of_a_search_that_is_over(
    vehicle: Vehicle,
) -> None:
    chain, name = vehicle.recorder._files.chain, vehicle.incidents[0].incident_id
    over: dict[str, float] = {}
    expiry = EvidenceExpiry(
        RetentionConfig(), chain, lambda: {name}, running_s=lambda: 0.0, over=lambda: over
    )
    assert expiry.step(NOON_S + HOUR_S) == 0
    over[name] = NOON_S - 1.0
    assert expiry.step(NOON_S + HOUR_S + 61.0) == 2


def test_hours_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match=r"candidate_h: 0 must be 0\.1 to 720"):
        RetentionConfig(candidate_h=0.0)
