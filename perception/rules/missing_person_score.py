"""How well somebody fits a search: a likelihood ratio of clothes, height, age, reach, pictures.

Each part says how much likelier it is of who is looked for than of a passer-by; 1 says nothing,
and so does what was not described or cannot be seen. They are multiplied, as if independent. With
one such person among `passers_by`, the ratio is a probability. The build is not judged: at 640 x
360 and 6 m a heavy waist is three pixels wider than another, an arm is more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from patrol.person_search import AgeGroup, LastSeen, PersonSearch
from perception.appearance import HalfColour, Vector
from perception.appearance_likelihood import best_ratio, clothes_ratio
from perception.appearance_pictures import Description
from perception.followed import Followed
from perception.rules.missing_person_config import BodyConfig, MissingPersonConfig
from perception.rules.missing_person_looks import Wearer

Details = dict[str, float | str]
_MATCHES, _SPEAKS_AGAINST = 2.0, 0.5  # ratios from which a part is named
# Cosines of embeddings in other light: of the same body in the same clothes, and of other people
# (simulated scenes). They overlap so much that a picture only ranks.
_ALIKE, _ALIKE_SIGMA = 0.80, 0.11
_UNLIKE, _UNLIKE_SIGMA = 0.70, 0.115
_MOST_BY_PICTURE = 2.0  # either way


@dataclass(frozen=True, slots=True)
class Looked:
    """What looks at somebody came to, as every search is compared with it; no picture."""

    top: HalfColour | None
    trousers: HalfColour | None
    height_m: float
    height_sigma_m: float
    stood: bool  # when the height was measured
    place: tuple[float, float]
    embeddings: tuple[Vector, ...]
    old_odds: float  # logarithm: by hair and stoop rather old than another grown-up

    @classmethod
    def of(cls, person: Followed, wearer: Wearer, config: MissingPersonConfig) -> Looked:
        """The looks so far; clothes of who does not stand are doubted."""
        doubt = 0.0 if wearer.is_upright else config.seated_doubt
        stood = wearer.height_m
        height_m, sigma_m = stood or (person.height_m, _sigma_m(person))
        return cls(
            _doubted(wearer.top, doubt),
            _doubted(wearer.trousers, doubt),
            height_m,
            sigma_m,
            stood is not None,
            person.place,
            tuple(wearer.embeddings),
            wearer.old_odds,
        )


@dataclass(frozen=True, slots=True)
class Score:
    """One person against one search: the ratio of each part, and of all."""

    parts: Mapping[str, float]
    best: float  # what the clothes and the rest could give at most, in this light
    details: Details
    looked: Looked

    @property
    def ratio(self) -> float:
        """All parts together."""
        return math.prod(self.parts.values())

    @property
    def ratio_by_looks(self) -> float:
        """Without the walk from the last sighting."""
        return math.prod(ratio for name, ratio in self.parts.items() if name != "reach")

    def confidence(self, passers_by: float) -> float:
        """The probability that it is who is looked for."""
        return self.ratio / (self.ratio + passers_by)

    def fits(self, config: MissingPersonConfig) -> bool:
        """A candidate: much likelier than a passer-by, and as good as these clothes can be.

        Clothes must have been seen and speak for it: nobody is a candidate by height alone.
        """
        if self.parts["clothes"] < config.least_clothes:
            return False
        least = min(config.sure_ratio, config.fits_share * self.best)
        return self.ratio >= max(config.least_ratio, least)


def score_of(
    search: PersonSearch,
    description: Description,
    looked: Looked,
    now: tuple[str, float],
    config: MissingPersonConfig,
) -> Score:
    """Somebody who was looked at, against a search; `now` is the map's id and the time."""
    top = _doubted(looked.top, description.top_doubt)
    trousers = _doubted(looked.trousers, description.trousers_doubt)
    colours, worn = config.clothes, (description.top_rgb, description.trousers_rgb)
    clothes = clothes_ratio(top, trousers, *worn, colours)
    height_m, sigma_m, place = looked.height_m, looked.height_sigma_m, looked.place
    others = {
        "height": height_ratio(search, height_m, sigma_m, looked.stood, config.body),
        "age": age_ratio(search, looked.old_odds, config),
        "reach": reach_ratio(search.last_seen, place, now, config),
        "pictures": picture_ratio(description, looked.embeddings),
    }
    best = best_ratio(top, trousers, *worn, colours) * math.prod(
        max(ratio, 1.0) for name, ratio in others.items() if name != "age"
    )
    halves = {
        "top": clothes_ratio(top, None, *worn, colours),
        "trousers": clothes_ratio(None, trousers, *worn, colours),
    }
    details = _told(halves | others) | _seen(top, trousers, height_m)
    details |= _distance(search.last_seen, place, now)
    others["age"] = min(others["age"], 1.0)  # one that fits makes no other clothes fit
    return Score({"clothes": clothes} | others, best, details, looked)


def _doubted(half: HalfColour | None, *doubts: float) -> HalfColour | None:
    return None if half is None else replace(half, doubt=math.hypot(half.doubt, *doubts))


def height_range_m(search: PersonSearch, config: BodyConfig) -> tuple[float, float] | None:
    """From, to: as described, else by the age group."""
    if search.height_m is not None:
        return search.height_m
    if search.age_group is None:
        return None
    if search.age_group is AgeGroup.CHILD:
        return config.smallest_m, config.child_below_m
    return config.child_below_m, config.tallest_m


def height_ratio(
    search: PersonSearch, height_m: float, sigma_m: float, is_upright: bool, config: BodyConfig
) -> float:
    """By a measured height; who is not known to stand is at least so tall, and no more is said."""
    wanted = height_range_m(search, config)
    if wanted is None or not math.isfinite(height_m) or not math.isfinite(sigma_m):
        return 1.0
    sigma_m = math.hypot(sigma_m, config.height_sigma_m)
    low, high = wanted[0] - 0.02, wanted[1] + 0.02  # words are rounded
    of_sought = (_below(high, height_m, sigma_m) - _below(low, height_m, sigma_m)) / (high - low)
    child = _density(height_m, config.child_m, math.hypot(config.child_sigma_m, sigma_m))
    adult = _density(height_m, config.adult_m, math.hypot(config.adult_sigma_m, sigma_m))
    of_others = config.child_share * child + (1 - config.child_share) * adult
    ratio = max(of_sought / max(of_others, 1e-12), config.least_ratio)
    if not is_upright:
        return min(ratio, 1.0) if height_m > (low + high) / 2 else 1.0
    return min(ratio, 1.0 / config.child_share)


def age_ratio(search: PersonSearch, old_odds: float, config: MissingPersonConfig) -> float:
    """By what looks old; of a child's age the height tells alone."""
    if search.age_group is None or search.age_group is AgeGroup.CHILD or old_odds == 0.0:
        return 1.0
    old = math.exp(old_odds)
    of_sought = old if search.age_group is AgeGroup.OLD else 1.0
    return of_sought / (config.old_share * old + 1 - config.old_share)


def reach_ratio(
    last: LastSeen | None,
    place: tuple[float, float],
    now: tuple[str, float],
    config: MissingPersonConfig,
) -> float:
    """1 within a walk of the last sighting on this map."""
    if last is None or last.map_id != now[0]:
        return 1.0
    walked_m = config.walks_mps * max(now[1] - last.at_s, 0.0) + config.margin_m
    return 1.0 if math.dist(place, (last.x_m, last.y_m)) <= walked_m else config.beyond_reach


def picture_ratio(description: Description, embeddings: Sequence[Vector]) -> float:
    """By the most alike picture, over the median of looks; bounded, and never enough alone."""
    if not description.embeddings or not embeddings:
        return 1.0
    alike = np.array(embeddings) @ np.array(description.embeddings).T
    cosine = float(np.median(alike.max(axis=1)))
    ratio = _density(cosine, _ALIKE, _ALIKE_SIGMA) / max(
        _density(cosine, _UNLIKE, _UNLIKE_SIGMA), 1e-12
    )
    if cosine > _ALIKE:  # more alike than the same clothes mostly are: not less of a match
        ratio = max(ratio, _MOST_BY_PICTURE)
    return float(np.clip(ratio, 1 / _MOST_BY_PICTURE, _MOST_BY_PICTURE))


def _sigma_m(person: Followed) -> float:
    """Of a height, as the range is doubted."""
    range_m = person.track.observation.point.range_m
    return person.height_m * person.sigma_m / max(range_m, 1.0)


def _below(limit: float, mean: float, sigma: float) -> float:
    return 0.5 * (1.0 + math.erf((limit - mean) / (sigma * math.sqrt(2.0))))


def _density(value: float, mean: float, sigma: float) -> float:
    return math.exp(-0.5 * ((value - mean) / sigma) ** 2) / (sigma * math.sqrt(2.0 * math.pi))


def _told(parts: Mapping[str, float]) -> Details:
    """What a person should look at, in words."""
    names = {
        "matches": [name for name, ratio in parts.items() if ratio >= _MATCHES],
        "speaks_against": [name for name, ratio in parts.items() if ratio <= _SPEAKS_AGAINST],
        "not_seen": [name for name, ratio in parts.items() if ratio == 1.0],
    }
    ratios: Details = {f"{name}_ratio": round(ratio, 2) for name, ratio in parts.items()}
    return ratios | {key: ", ".join(listed) for key, listed in names.items()}


def _seen(top: HalfColour | None, trousers: HalfColour | None, height_m: float) -> Details:
    seen: Details = {}
    for name, half in (("top_seen", top), ("trousers_seen", trousers)):
        if half is not None:
            seen[name] = "#" + "".join(f"{round(255 * part):02x}" for part in half.rgb)
    if math.isfinite(height_m):
        seen["height_seen_m"] = round(height_m, 2)
    return seen


def _distance(
    last: LastSeen | None, place: tuple[float, float], now: tuple[str, float]
) -> Details:
    if last is None or last.map_id != now[0]:
        return {}
    return {
        "from_last_seen_m": round(math.dist(place, (last.x_m, last.y_m)), 0),
        "since_last_seen_s": round(now[1] - last.at_s, 0),
    }
