"""What the tests of the black box share: topics, a box under test's clock, files as they lie."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass, field
from pathlib import Path

from mcap.reader import make_reader

from fleet_client.black_box.box import BlackBox
from fleet_client.black_box.limits import Limits
from fleet_client.black_box.seals import Companions, nothing_more
from fleet_client.black_box.segment_file import RecordedTopic
from patrol.faults import FaultKind

TEXT, PICTURE = "/text", "/camera/front/image_raw"
TOPICS = (
    RecordedTopic(TEXT, "std_msgs/msg/String", "string data"),
    RecordedTopic(PICTURE, "std_msgs/msg/String", "string data", is_picture=True),
)
GATE, E_STOP = "/safety/state", frozenset({FaultKind.EMERGENCY_STOP})
WALL_S = 1_750_000_000.0  # when the tests' monotonic clock shows 0
SMALL = Limits(segment_s=1.0, before_s=1.5, after_s=1.0, ring_mb=100.0)


def string_cdr(text: str) -> bytes:
    """A std_msgs/msg/String as CDR, little-endian."""
    data = text.encode() + b"\0"
    return b"\0\1\0\0" + struct.pack("<I", len(data)) + data


@dataclass
class Hands:
    """A box, the clock it is driven by, and the disk's free space as it sees it."""

    folder: Path
    limits: Limits = SMALL
    now_s: float = 0.0
    free_mb: float = 10_000.0
    size_bytes: int = 100
    companions: Companions = nothing_more
    box: BlackBox = field(init=False)
    _noise: random.Random = field(default_factory=lambda: random.Random(1))

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """As a new process would."""
        self.box = BlackBox(
            self.folder, self.limits, TOPICS, self.now_s, WALL_S + self.now_s,
            companions=self.companions, free_mb=lambda _: self.free_mb,
        )  # fmt: skip

    def run(self, seconds: float, *, period_s: float = 0.25) -> None:
        """Record a text and a picture every period."""
        for _ in range(round(seconds / period_s)):
            self.now_s += period_s
            text = f"{self.now_s:.2f} {self._noise.randbytes(self.size_bytes // 2).hex()}"
            for topic in (TEXT, PICTURE):
                self.box.write(
                    topic, string_cdr(text), WALL_S + self.now_s, self.now_s, self.now_s
                )
            self.box.step(self.now_s, WALL_S + self.now_s)

    @property
    def ring(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "ring").iterdir())

    @property
    def seals(self) -> list[Path]:
        return sorted((self.folder / "sealed").iterdir())


def times_in(path: Path) -> list[float]:
    """Vehicle times of a recording's messages."""
    with path.open("rb") as stream:
        return [m.publish_time / 1e9 for _, _, m in make_reader(stream).iter_messages()]


def press(hands: Hands) -> None:
    """The emergency stop opens, and is still open."""
    for _ in range(2):
        hands.box.hear_faults(GATE, E_STOP, hands.now_s, WALL_S + hands.now_s)


def release(hands: Hands) -> None:
    """No fault is open."""
    hands.box.hear_faults(GATE, (), hands.now_s, WALL_S + hands.now_s)


def sealed_once(folder: Path) -> Hands:
    """Five seconds, the emergency stop, and three more."""
    hands = Hands(folder)
    hands.run(5.0)
    press(hands)
    hands.run(3.0)
    return hands
