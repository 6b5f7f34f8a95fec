"""What a vehicle holds of the ways, or asks for, and whether two such claims exclude each other.

A narrow way belongs to one direction at a time; whoever goes the same way may follow. As the
vehicles between two places to wait must all be able to leave, a claim reaches from one such place
to the next, and who stands in between, or will stand, closes it to everybody.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from fleet_server.dispatch.narrow import Narrow, Way, way_of

Step = tuple[int, int]  # from node to node, as it is driven
Point = tuple[float, float]  # map metres


@dataclass(frozen=True, slots=True)
class Claim:
    """`steps` in driving order; `stands` are nodes at which the vehicle stands now or in the end.

    A vehicle without a direction closes the ways of `blocks`, on which it stands. `lead_to_m` is
    where the first step ends for a vehicle that is on its way already, at `at_m`.
    """

    vehicle_id: str
    steps: tuple[Step, ...] = ()
    stands: frozenset[int] = frozenset()
    blocks: frozenset[Way] = frozenset()
    at_m: Point | None = None
    lead_to_m: Point | None = None

    @property
    def nodes(self) -> frozenset[int]:
        """Every node that it concerns."""
        ends = {node_id for way in (*self.steps, *self.blocks) for node_id in way}
        return frozenset(ends | self.stands)

    def is_free_in(self, narrow: Narrow) -> bool:
        """Whether it has nothing to do with narrow ways."""
        uses = any(narrow.has(*step) for step in self.steps)
        return not uses and self.stands.isdisjoint(narrow.no_waiting)


def tight(steps: tuple[Step, ...], narrow: Narrow) -> frozenset[Step]:
    """The narrow steps, and those that lead into a narrow one or come out of it.

    Where two alleys end at one street, who comes out of the one and who drives into the other
    would stand nose to nose in front of them.
    """
    found = {step for step in steps if narrow.has(*step)}
    for before, after in itertools.pairwise(steps):
        if narrow.has(*before) or narrow.has(*after):
            found.update((before, after))
    return frozenset(found)


def conflict(held: Claim, asked: Claim, narrow: Narrow) -> Step | None:
    """Where what is asked for meets what another vehicle holds, a narrow step if there is one;
    None where both go together."""
    mine, theirs = tight(asked.steps, narrow), tight(held.steps, narrow)
    met = [step for step in asked.steps if step in mine and step[::-1] in theirs]
    closed = [
        step
        for index, step in enumerate(asked.steps)
        if narrow.has(*step) and _is_closed(held, asked, index)
    ]
    ends = [step for step in held.steps if narrow.has(*step) and asked.stands & set(step)]
    found = [*met, *closed, *ends]
    return next((step for step in found if narrow.has(*step)), found[0] if found else None)


def _is_closed(held: Claim, asked: Claim, index: int) -> bool:
    """Whether somebody stands on a step, or will stand at its ends; the first step that is asked
    for begins where the vehicle is."""
    step = asked.steps[index]
    if way_of(*step) in held.blocks and not (index == 0 and _is_behind(held, asked)):
        return True
    return not held.stands.isdisjoint(step[1:] if index == 0 else step)


def _is_behind(held: Claim, asked: Claim) -> bool:
    """Whether who stands on the way that another one is on is passed already."""
    if held.at_m is None or asked.at_m is None or asked.lead_to_m is None:
        return False
    left_m = math.dist(asked.at_m, asked.lead_to_m)
    return math.dist(held.at_m, asked.lead_to_m) > left_m
