"""The requests to the relay board, and what each reads from an answer (manual: see dcon)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from patrol_base.hardware import dcon
from patrol_base.hardware.config import RelayBoardSpec

MODEL = "7060"  # how the name of the module ends that has four relays and four inputs


class Request(Protocol):
    """One command, and the judge of its answer."""

    command: str

    def judge(self, reply: dcon.Reply) -> Verdict:
        """What the answer means."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means; nothing of it holds unless it was understood."""

    is_understood: bool = False
    refusal: str = ""
    starts_over: bool = False  # the board's watchdog has fired or the board was reset
    then: tuple[Request, ...] = ()  # requests of the setup to put before the rest
    identity: Mapping[str, str] = field(default_factory=dict)
    written: int | None = None  # the relays that the board has taken
    status: tuple[int, int] | None = None  # inputs, relays


_NOT_UNDERSTOOD = Verdict()
_DONE = Verdict(is_understood=True)


class _Request:
    def __init__(self, spec: RelayBoardSpec, template: str) -> None:
        self.spec = spec
        self.address = f"{spec.address:02X}"
        self.command = template.replace("AA", self.address, 1)

    def judge(self, reply: dcon.Reply) -> Verdict:
        """`!AA`: done."""
        done = reply.kind == "!" and reply.body == self.address
        return _DONE if done else _NOT_UNDERSTOOD


class ReadName(_Request):
    """`$AAM`: the module's name."""

    def __init__(self, spec: RelayBoardSpec) -> None:
        super().__init__(spec, "$AAM")

    def judge(self, reply: dcon.Reply) -> Verdict:
        """Only the module whose relays and inputs lie as `dcon` says may be used."""
        if reply.kind != "!" or not reply.body.startswith(self.address):
            return _NOT_UNDERSTOOD
        name = reply.body[len(self.address) :]
        fits = name.rstrip("D").endswith(MODEL)  # 7060D: with a display
        refusal = "" if fits else f"module {name!r} is no I-7060 or M-7060"
        return Verdict(True, refusal, identity={"module": name})


class ReadFirmware(_Request):
    """`$AAF`: the firmware's version."""

    def __init__(self, spec: RelayBoardSpec) -> None:
        super().__init__(spec, "$AAF")

    def judge(self, reply: dcon.Reply) -> Verdict:
        """Any text behind the address."""
        if reply.kind != "!" or not reply.body.startswith(self.address):
            return _NOT_UNDERSTOOD
        return Verdict(True, identity={"firmware": reply.body[len(self.address) :]})


class ClearWatchdog(_Request):
    """`~AA1`: forget that the host watchdog has fired; until then, orders are ignored."""

    def __init__(self, spec: RelayBoardSpec) -> None:
        super().__init__(spec, "~AA1")


class WriteRelays(_Request):
    """`@AA(Data)`: close the relays whose bits are set, open the others."""

    def __init__(self, spec: RelayBoardSpec, relays: int = 0) -> None:
        super().__init__(spec, f"@AA{relays:X}")
        self.relays = relays

    def judge(self, reply: dcon.Reply) -> Verdict:
        """`>`: done; `!`: ignored, as the host watchdog has fired."""
        if reply.kind == ">" and not reply.body:
            return Verdict(True, written=self.relays)
        if reply.kind == "!" and not reply.body:
            return Verdict(True, starts_over=True)
        return _NOT_UNDERSTOOD


class ReadFallback(_Request):
    """`~AA4P`, `~AA4S`: the relays after a reset, and once the host watchdog has fired."""

    def __init__(self, spec: RelayBoardSpec, which: str) -> None:
        super().__init__(spec, f"~AA4{which}")
        self.which = which

    def judge(self, reply: dcon.Reply) -> Verdict:
        """All open, or set it so (the relays are open at this point of the setup)."""
        relays = dcon.byte_of(reply.body, self.address, 4) if reply.kind == "!" else None
        if relays is None:
            return _NOT_UNDERSTOOD
        again = (_SetFallback(self.spec, self.which), ReadFallback(self.spec, self.which))
        return Verdict(True, then=again if relays else ())


class _SetFallback(_Request):
    """`~AA5P`, `~AA5S`: take the relays as they are now."""

    def __init__(self, spec: RelayBoardSpec, which: str) -> None:
        super().__init__(spec, f"~AA5{which}")


class SetWatchdog(_Request):
    """`~AA3EVV`: the host watchdog, on, in tenths of a second."""

    def __init__(self, spec: RelayBoardSpec) -> None:
        super().__init__(spec, f"~AA31{_tenths(spec):02X}")


class ReadWatchdog(_Request):
    """`~AA2`: read it back, `VV` in older firmware and `EVV` in newer."""

    def __init__(self, spec: RelayBoardSpec) -> None:
        super().__init__(spec, "~AA2")

    def judge(self, reply: dcon.Reply) -> Verdict:
        """It must be what was set."""
        if reply.kind != "!" or not reply.body.startswith(self.address):
            return _NOT_UNDERSTOOD
        wanted, found = f"{_tenths(self.spec):02X}", reply.body[len(self.address) :]
        if found in (wanted, f"1{wanted}"):
            return _DONE
        return Verdict(True, f"its watchdog reads {found!r} tenths, set was {wanted!r}")


class CheckWatchdog(_Request):
    """`~AA0`: whether the host watchdog has fired."""

    def __init__(self, spec: RelayBoardSpec) -> None:
        super().__init__(spec, "~AA0")

    def judge(self, reply: dcon.Reply) -> Verdict:
        """Bit 2 of the status."""
        status = dcon.byte_of(reply.body, self.address) if reply.kind == "!" else None
        if status is None:
            return _NOT_UNDERSTOOD
        return Verdict(True, starts_over=bool(status & dcon.TIMED_OUT))


class ReadStatus(_Request):
    """`@AA`: inputs and relays."""

    def __init__(self, spec: RelayBoardSpec) -> None:
        super().__init__(spec, "@AA")

    def judge(self, reply: dcon.Reply) -> Verdict:
        """Two bytes."""
        status = dcon.status_of(reply.body) if reply.kind == ">" else None
        return _NOT_UNDERSTOOD if status is None else Verdict(True, status=status)


def _tenths(spec: RelayBoardSpec) -> int:
    return round(spec.watchdog_s * 10)


# In this order after each opening of the line: nothing is closed before all of it was answered.
SETUP: tuple[Callable[[RelayBoardSpec], Request], ...] = (
    ReadName,
    ReadFirmware,
    ClearWatchdog,
    WriteRelays,
    lambda spec: ReadFallback(spec, "P"),
    lambda spec: ReadFallback(spec, "S"),
    SetWatchdog,
    ReadWatchdog,
)
