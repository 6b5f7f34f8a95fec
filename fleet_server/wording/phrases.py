"""From an English sentence to its Korean, by ONE table of templates.

A template has places: `{name}` is taken over as it stands, `{name:said}` is a sentence or a part
of one that the table knows, too. Sentences that are put together with "; ", " and ", ". " or
", then " are known if their parts are. So the planners speak one language, and an operator reads
one: what is not known stays English as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

PLACE = re.compile(r"\{(\w+)(:said)?\}")
# how parts are joined in English and in Korean; the first that stands in a sentence is tried
JOINTS = (("; ", " · "), (", then ", " → "), (". ", ". "), (" and ", " 그리고 "))
VALUE = r"(?:(?!; |: ).)+?"  # what stands for a name or a number is no sentence
MORE = re.compile(r" and (\d+) more\b")
MAX_DEPTH = 6


@dataclass(frozen=True, slots=True)
class _Phrase:
    pattern: re.Pattern[str]
    korean: str
    said: frozenset[str]


class Phrasebook:
    """`korean` of a sentence; templates with more words of their own go first."""

    def __init__(self, table: Mapping[str, str]) -> None:
        longest_first = sorted(table, key=lambda text: -len(PLACE.sub("", text)))
        self._phrases = [_phrase(english, table[english]) for english in longest_first]

    def korean(self, sentence: str) -> str | None:
        """None where some part of the sentence is not known."""
        return self._said(sentence, 0) if sentence else ""

    def _said(self, text: str, depth: int) -> str | None:
        if depth > MAX_DEPTH:
            return None
        for phrase in self._phrases:
            match = phrase.pattern.fullmatch(text)
            found = self._filled(phrase, match, depth) if match else None
            if found is not None:
                return found
        if text.endswith("."):
            found = self._said(text[:-1], depth + 1)
            return None if found is None else f"{found}."
        return self._joined(text, depth)

    def _filled(self, phrase: _Phrase, match: re.Match[str], depth: int) -> str | None:
        values = {}
        for name, value in match.groupdict().items():
            known = name in phrase.said
            said = self._said(value, depth + 1) if known else MORE.sub(r" 외 \1", value)
            if said is None:
                return None
            values[name] = said
        return PLACE.sub(lambda place: values[place[1]], phrase.korean)

    def _joined(self, text: str, depth: int) -> str | None:
        for english, joint in JOINTS:
            if english not in text:
                continue
            parts = [self._said(part, depth + 1) for part in text.split(english)]
            if None not in parts:
                return joint.join(part for part in parts if part is not None)
        return None


def _phrase(english: str, korean: str) -> _Phrase:
    at, pattern, said = 0, "", set()
    for place in PLACE.finditer(english):
        value = ".+?" if place[2] else VALUE
        pattern += re.escape(english[at : place.start()]) + f"(?P<{place[1]}>{value})"
        at = place.end()
        if place[2]:
            said.add(place[1])
    return _Phrase(
        re.compile(pattern + re.escape(english[at:]), re.DOTALL), korean, frozenset(said)
    )
