"""What a health check of the machine finds; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from patrol.faults import FaultKind
from patrol_fleet_client.gnss_clock import LIGHTS_OFF_S, OFF_S

COMPUTER = "computer"  # hardware_id of every row of ours: drivers may publish /diagnostics, too
DISK_FULL_MB = 200.0  # patrol.faults: "less than 200 MB free on the state disk"
DISK_LOW_MB = 1000.0
MEMORY_LOW_MB = 300.0
LOAD_HIGH = 1.5  # runnable threads a core
CPU_HIGH_PCT = 90.0
HOT_C = 80.0  # most embedded computers slow down from 85 °C on
TOO_HOT_C = 95.0
CLOCK_ERROR_MAX_S = 0.5  # event times of two vehicles must tell which came first
PICTURES_LATE = 0.25  # of them: one now and then is no matter
RECORDER_SILENT_S = 10.0  # it flushes every second


class Level(IntEnum):
    """diagnostic_msgs/DiagnosticStatus levels."""

    OK = 0
    WARN = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class ProcessReading:
    """One of the vehicle's processes: resident memory, and CPU in % of one core."""

    name: str
    rss_mb: float
    cpu_pct: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured of the machine; None for what cannot be known here."""

    disk_free_mb: float
    memory_available_mb: float
    load_per_core: float
    cpu_pct: float | None = None  # of all cores
    temperature_c: float | None = None  # of the hottest sensor
    clock_error_s: float | None = None  # at most, as the kernel's discipline says
    processes: tuple[ProcessReading, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of /diagnostics; `values` are pairs of key (with its unit) and value."""

    name: str
    level: Level
    message: str
    values: tuple[tuple[str, str], ...] = ()
    fault: FaultKind | None = None


def judge(reading: Reading) -> list[Finding]:
    """What a reading means."""
    return [
        _disk(reading.disk_free_mb),
        _below("memory", reading.memory_available_mb, MEMORY_LOW_MB, "MB", "available"),
        _above("load", reading.load_per_core, LOAD_HIGH, "1", "runnable a core"),
        _known_above("cpu", reading.cpu_pct, CPU_HIGH_PCT, "%", "busy"),
        _temperature(reading.temperature_c),
        _clock(reading.clock_error_s),
        *(_process(process) for process in reading.processes),
    ]


def judge_gnss_clock(offset_s: float) -> Finding:
    """What it means that the vehicle's clock is so far ahead of its GNSS receiver's UTC."""
    off_s = abs(offset_s)
    level = Level.ERROR if off_s > LIGHTS_OFF_S else Level.WARN if off_s > OFF_S else Level.OK
    text = f"{off_s:.2f} s {'ahead of' if offset_s > 0 else 'behind'} GNSS time"
    lights = ": no light of the city is believed" if level is Level.ERROR else ""
    return Finding("machine/gnss_clock", level, text + lights, _value("s", offset_s))


def judge_recorder(age_s: float | None, seal: str = "") -> Finding:
    """What it means that the black box wrote last so long ago; None: never.

    `seal` is the hash of its last seal, which others may keep as a witness.
    """
    if age_s is None:
        return Finding("black_box", Level.WARN, "nothing is recorded")
    level = Level.WARN if age_s > RECORDER_SILENT_S else Level.OK
    values = (*_value("s", age_s), *((("seal", seal),) if seal else ()))
    return Finding("black_box", level, f"last written {age_s:.0f} s ago", values)


def judge_eyes(
    rate_hz: float, frame_age_s: float, looked: int, drops: int, left_out: int
) -> Finding:
    """How perception keeps up; pictures `looked` at, dropped, and turned looks left out lately."""
    values = (
        *_value("rate_hz", rate_hz),
        *_value("frame_age_s", frame_age_s),
        ("drops", str(drops)),
        ("sweeps_left_out", str(left_out)),
    )
    late = []
    if drops > PICTURES_LATE * (looked + drops):
        late.append(f"{drops} of {looked + drops} pictures dropped")
    if left_out > PICTURES_LATE * looked:
        late.append(f"{left_out} of {looked} turned looks left out")
    message = ", ".join(late) or f"{rate_hz:.1f} pictures a second"
    return Finding("perception", Level.WARN if late else Level.OK, message, values)


def _value(unit: str, value: float) -> tuple[tuple[str, str], ...]:
    return ((unit, f"{value:.3f}"),)


def _disk(free_mb: float) -> Finding:
    full = free_mb < DISK_FULL_MB
    level = Level.ERROR if full else Level.WARN if free_mb < DISK_LOW_MB else Level.OK
    fault = FaultKind.DISK_FULL if full else None
    return Finding("machine/disk", level, f"{free_mb:.0f} MB free", _value("MB", free_mb), fault)


def _above(name: str, value: float, limit: float, unit: str, text: str) -> Finding:
    level = Level.WARN if value > limit else Level.OK
    said = f"{value:.2f} {text}" if unit == "1" else f"{value:.0f} {unit} {text}"
    return Finding(f"machine/{name}", level, said, _value(unit, value))


def _below(name: str, value: float, limit: float, unit: str, text: str) -> Finding:
    level = Level.WARN if value < limit else Level.OK
    return Finding(f"machine/{name}", level, f"{value:.0f} {unit} {text}", _value(unit, value))


def _known_above(name: str, value: float | None, limit: float, unit: str, text: str) -> Finding:
    if value is None:
        return Finding(f"machine/{name}", Level.OK, "unknown")
    return _above(name, value, limit, unit, text)


def _temperature(celsius: float | None) -> Finding:
    if celsius is None:
        return Finding("machine/temperature", Level.OK, "unknown: no sensor")
    level = Level.ERROR if celsius > TOO_HOT_C else Level.WARN if celsius > HOT_C else Level.OK
    return Finding("machine/temperature", level, f"{celsius:.0f} °C", _value("°C", celsius))


def _clock(error_s: float | None) -> Finding:
    if error_s is None:
        text = "unknown: no time source disciplines the clock"
        return Finding("machine/clock", Level.WARN, text)
    level = Level.WARN if error_s > CLOCK_ERROR_MAX_S else Level.OK
    return Finding("machine/clock", level, f"within {error_s:.4f} s", _value("s", error_s))


def _process(process: ProcessReading) -> Finding:
    text = f"{process.rss_mb:.0f} MB, {process.cpu_pct:.0f} % of a core"
    values = (("MB", f"{process.rss_mb:.3f}"), ("%", f"{process.cpu_pct:.3f}"))
    return Finding(f"process/{process.name}", Level.OK, text, values)
