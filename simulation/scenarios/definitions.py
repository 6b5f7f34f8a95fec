"""All definitions of events (`simulation.scenarios.definition`), as a file may name them.

Sources: KISA's test of intelligent CCTV (2019: loitering, intrusion, abandonment, fight, fire,
collapse), the Road Traffic Act of Korea (art. 32 on parking), and the rules that perception is to
have.
"""

from __future__ import annotations

from simulation.scenarios.define_people import (
    AloneAtNight,
    Crowds,
    Fights,
    Lies,
    Runs,
    SitsOnRoad,
    Sought,
    Tampers,
)
from simulation.scenarios.define_places import Intrudes, Loiters, OnCarriageway
from simulation.scenarios.define_things import (
    Blocks,
    Changed,
    Grown,
    LampDark,
    LeftAlone,
    ParksBadly,
)

AnyDefinition = (
    Lies | SitsOnRoad | Loiters | Intrudes | LeftAlone | Changed | Grown | Fights | Crowds | Runs
    | OnCarriageway | AloneAtNight | Blocks | ParksBadly | LampDark | Sought | Tampers
)  # fmt: skip
