"""Missing person: somebody fits the description of an open search; always for a human to confirm.

Definition. While a case is open, somebody on foot or seated is a candidate when `min_looks` looks
together say that the description fits them `least_ratio` times better than a passer-by, and either
`sure_ratio` times or nearly as well as the described clothes could in this light (`fits_share`),
for `hold_s`. The ratio is that of clothes (colours of the upper and the lower body against the
ground's), height, age, the walk from the last sighting, and pictures (`missing_person_score`). A
candidate says what matches and what speaks against; it never says "found".

A search that is changed goes on: its candidates stay the incidents that they are, and everybody is
compared with the new description from then on. A candidate is closed, in view or not, only where
the new description contradicts: it would not tell of them, and something in it speaks against
them. An end or a place alone closes nobody: where somebody was seen last ranks those who were told
before, and decides on new ones.

Nobody is looked at while no search is open. What is no longer among the open ones, or has expired
by the picture's time, is forgotten at once with every look that was taken; the incident of one of
its candidates is closed. No face is compared, nobody else is followed: looks are kept as long as a
track is in view, a candidate's colours and height as long as the search, and leave the rule as a
candidate's colours alone.

Source: Act on the Protection of and Support for Missing Children, etc., arts. 2 and 9 (children,
people with disabilities, people with dementia); Personal Information Protection Act, arts. 3 and
15 (the least that serves the purpose, no longer than it lasts). Walking: Bohannon 1997, 1.5 m/s is
faster than old people walk.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from msgspec import structs

from patrol.incident import AnomalyKind
from patrol.person_search import AgeGroup, PersonSearch
from perception.appearance_pictures import Description, description_of
from perception.detectors.base import Embedder, PoseDetector
from perception.followed import Followed
from perception.rules.base import Finding, Scene, SearchRule
from perception.rules.missing_person_config import MissingPersonConfig
from perception.rules.missing_person_looks import Wardrobe, Wearer
from perception.rules.missing_person_score import Looked, Score, score_of
from perception.rules.stays import Presence, Stay, Stays, findings_of

RULE_VERSION = "missing_person/1"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Told:
    """A candidate's last finding, and the colours and height that it was judged by."""

    finding: Finding
    looked: Looked


@dataclass(slots=True)
class _Case:
    """An open search and its candidates."""

    search: PersonSearch
    description: Description
    stays: Stays
    keys: dict[int, int] = field(default_factory=dict)  # a stay's → the finding's
    scores: dict[int, Score] = field(default_factory=dict)  # by stay
    by_track: dict[int, Score] = field(default_factory=dict)  # as of the last look
    raised: dict[int, _Told] = field(default_factory=dict)  # by the finding's key


class MissingPersonRule(SearchRule):
    """The rule with the open searches and what it has seen for their sake."""

    kind: ClassVar[AnomalyKind] = AnomalyKind.MISSING_PERSON

    def __init__(
        self,
        config: MissingPersonConfig,
        pose: PoseDetector | None,
        embedder: Embedder | None = None,
    ) -> None:
        self._config, self._pose, self._embedder = config, pose, embedder
        self._wardrobe = Wardrobe(config.looks, pose, config.age)
        self._cases: dict[str, _Case] = {}
        self._over: list[Finding] = []  # incidents of searches that have ended
        self._numbers = itertools.count(1)

    def search(self, searches: Sequence[PersonSearch]) -> None:
        """Take ALL open searches; one that is not among them is forgotten, one that is changed
        goes on."""
        wanted = {search.case_id: search for search in searches}
        for case_id in [known for known in self._cases if known not in wanted]:
            self._end(case_id)
        for case_id, search in wanted.items():
            case = self._cases.get(case_id)
            if case is None:
                description = description_of(search, self._pose, self._embedder)
                self._cases[case_id] = _Case(search, description, Stays(self._config.stay))
                _LOG.info("person_search_started case=%s", case_id)
            elif case.search != search:
                self._change(case, search)
                _LOG.info("person_search_changed case=%s", case_id)

    def step(self, scene: Scene) -> list[Finding]:
        """The candidates in this picture, and the last word on those of searches that ended."""
        for case_id, case in list(self._cases.items()):
            if not case.search.is_open(scene.stamp_s):
                self._end(case_id)
        findings, self._over = self._over, []
        if not self._cases:
            return findings
        with_pictures = any(case.description.embeddings for case in self._cases.values())
        self._wardrobe.step(scene, self._embedder if with_pictures else None)
        for case in self._cases.values():
            findings += self._candidates(case, scene)
        return findings

    def _end(self, case_id: str) -> None:
        """Forget a search and what was seen for it; looks are for all searches, so all go."""
        case = self._cases.pop(case_id)
        self._over += [_last_word(told.finding, case_id) for told in case.raised.values()]
        self._wardrobe.forget()
        _LOG.info("person_search_ended case=%s", case_id)

    def _change(self, case: _Case, search: PersonSearch) -> None:
        """Go on with another description, end or place."""
        before, case.search = case.search, search
        case.by_track.clear()  # everybody is compared anew with the next picture
        if _description(search) == _description(before):
            return
        if _clothing(search) != _clothing(before):
            case.description = description_of(search, self._pose, self._embedder)
        for key, told in list(case.raised.items()):
            now = ("", told.finding.started_at_s)  # of no map: the place says nothing here
            score = score_of(search, case.description, told.looked, now, self._config)
            if not score.fits(self._config) and score.details["speaks_against"]:
                self._rule_out(case, key)

    def _rule_out(self, case: _Case, key: int) -> None:
        """Close a candidate whom a changed description speaks against."""
        last = case.raised.pop(key).finding
        self._over.append(_last_word(last, case.search.case_id))
        stays = {stay for stay, finding in case.keys.items() if finding == key}
        case.stays.known = [stay for stay in case.stays.known if stay.key not in stays]

    def _candidates(self, case: _Case, scene: Scene) -> Iterator[Finding]:
        case.by_track = {
            key: score for key, score in case.by_track.items() if key in self._wardrobe.known
        }
        present = [self._presence(case, person, scene) for person in scene.pictured]
        scores = {presence.track_id: score for presence, score in present if score is not None}
        seen = case.stays.step([presence for presence, _ in present], scene.stamp_s)
        case.scores = {
            stay.key: case.scores[stay.key] for stay in case.stays.known if stay.key in case.scores
        }
        for stay in seen:
            self._judge(case, stay, scores.get(stay.presence.track_id), scene)
        for finding in findings_of(case.stays, seen, self.kind, RULE_VERSION):
            yield self._as_candidate(case, finding)

    def _presence(
        self, case: _Case, person: Followed, scene: Scene
    ) -> tuple[Presence, Score | None]:
        wearer = self._wardrobe.known.get(person.track.track_id)
        if wearer is None or wearer.looks < self._config.min_looks:
            return structs.replace(Presence.of(person, None), confidence=0.0), None
        score = case.by_track.get(person.track.track_id)
        if score is None or wearer.looked_at_s == scene.stamp_s:  # nothing new without a look
            now = (scene.map.map_id, scene.stamp_s)
            looked = Looked.of(person, wearer, self._config)
            score = score_of(case.search, case.description, looked, now, self._config)
            case.by_track[person.track.track_id] = score
        met: bool | None = None
        if score.fits(self._config):
            met = None if self._awaits_age(case, wearer, scene.stamp_s) else True
        elif score.ratio_by_looks < self._config.drop_ratio:
            met = False
        confidence = score.confidence(self._config.passers_by)
        return structs.replace(Presence.of(person, met), confidence=confidence), score

    def _awaits_age(self, case: _Case, wearer: Wearer, now_s: float) -> bool:
        """Whether somebody old is looked for, and whether this one is may still be seen."""
        is_asked = case.search.age_group is AgeGroup.OLD and self._pose is not None
        is_new = now_s - wearer.first_s < self._config.age_wait_s
        return is_asked and is_new and wearer.old_odds == 0.0

    def _judge(self, case: _Case, stay: Stay, score: Score | None, scene: Scene) -> None:
        if score is not None:
            case.scores[stay.key] = score
        needed_s = self._config.hold_s / scene.map.sensitivity_at(*stay.place, scene.stamp_s)
        stay.raise_when(stay.held_s >= needed_s)

    def _as_candidate(self, case: _Case, finding: Finding) -> Finding:
        """With the search's id, its rank among the candidates so far, and the reasons."""
        score = case.scores[finding.key]
        raised = {stay.key for stay in case.stays.known if stay.raised}
        ranked = sorted((case.scores[key].ratio for key in raised), reverse=True)
        key = case.keys.setdefault(finding.key, next(self._numbers))
        told = replace(
            finding,
            key=key,
            confidence=score.confidence(self._config.passers_by),
            details={
                "case_id": case.search.case_id,
                "score": round(score.confidence(self._config.passers_by), 3),
                "rank": float(1 + ranked.index(score.ratio)) if score.ratio in ranked else 1.0,
                "candidates": float(len(ranked)),
                **score.details,
            },
        )
        if told.cleared:
            case.raised.pop(key, None)
        else:
            case.raised[key] = _Told(told, replace(score.looked, embeddings=()))
        return told


def _last_word(last: Finding, case_id: str) -> Finding:
    """That a candidate is none any more; nothing of how they looked."""
    return replace(last, cleared=True, box_xyxy=None, details={"case_id": case_id})


def _clothing(search: PersonSearch) -> tuple[object, ...]:
    """What is read off the case's pictures and colours."""
    return search.top_rgb, search.trousers_rgb, search.pictures


def _description(search: PersonSearch) -> tuple[object, ...]:
    """Everything but end and place."""
    return *_clothing(search), search.height_m, search.age_group, search.build
