"""Rules: how restless a patrol is, and what that may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """How restless a group is, and what that may cost."""

    turns: float  # wished in one spacing; there is not a good way to turn at every moment
    standing: float = 0.04  # share of the time that vehicles may stand still


@dataclass(frozen=True, slots=True)
class LoneRules(Rules):
    """Of a patrol's only vehicle; `turns` is how often in one lap a place may be put off, in the
    mean, and `standing` what switching may cost."""

    turns: float = 2.0
    unseen: float = 1.04  # longest that a switch leaves a place unseen, over the plan's longest

    @classmethod
    def of(cls, rules: Rules | None) -> LoneRules:
        """For a lone vehicle; what is not said is as usual."""
        if rules is None:
            return cls()
        return rules if isinstance(rules, cls) else cls(rules.turns, rules.standing, 1.0)


def rules_for(vehicles: int) -> Rules:
    """The rules of a team, a table of measurements (docs/unpredictable.md)."""
    if vehicles <= 4:
        return Rules(turns=1.4 if vehicles == 2 else 1.8, standing=0.043)
    return Rules(turns=1.8, standing=0.036)
