"""The hardware file: what is wrong in it is one line, and nothing starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from patrol.errors import ConfigError
from patrol_base.hardware.battery import BatteryGauge
from patrol_base.hardware.config import load_hardware
from tests.unit.hardware.bench import HARDWARE, VEHICLE, VEHICLES

TEXT = (VEHICLES / "goalie_hardware.yaml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("watchdog_s: 0.25", "watchdog: 0.25", "unknown key 'watchdog'"),
        ("watchdog_s: 0.25", "watchdog_s: 3", r"watchdog_s: 3 is outside \[0.1, 0.5\]"),
        ("baud_rate_bps: 9600", "baud_rate_bps: 9601", "baud_rate_bps: 9601 is none of"),
        ("channel: 2", "channel: 1", "channel 1 is the drive's"),
        ("full_scale_rad: 0.70", "full_scale_rad: 0.5", "does not reach goalie's max_steering"),
        ("siren: 3", "siren: 2", "siren: relay 2 is light's too"),
        ("light: 2", "light: 9", r"light: 9 is outside \[1, 4\]"),
        ("[1, 2]", "[]", "names no input"),
        ("[1, 2]", "[1, 3]", "charging: input 3 is emergency_stop's too"),
        ("bumper: 4", "bumper: 3", "bumper: input 3 is charging's too"),
        ("bumper: 4", "bumper: 5", r"bumper: 5 is outside \[1, 4\]"),
        ("[1, 2]", "[1, 1]", "emergency_stop: input 1 is emergency_stop's too"),
        ("receiver_port: usb", "receiver_port: com1", "'com1' is none of: uart1, uart2, usb"),
        ("device: /dev/serial/by-id/usb-Xsens_MTi-if00", "device: ttyUSB0", "no absolute path"),
        ("usb-Xsens_MTi-if00", "usb-u-blox_GNSS_receiver-if00", "is named twice"),
        ("FTDI_radio", "FTDI_RS485_relays", "is named twice"),
        ("voltage_v: 48.0", "voltage_v: 44.0", "curve: does not rise at 44 V"),
        ("voltage_v: 54.4", "voltage_v: .inf", "voltage_v: inf is outside"),
        ("charge_pct: 100", "charge_pct: 110", r"charge_pct: 110 is outside \[0, 100\]"),
        ("57600", "57601", "baud_rate_bps: 57601 is none of"),
        ("command: [espeak-ng, -v, ko, --stdin]", "command: []", "command: names no program"),
        ("power_off_after_s: 1.0", "power_off_after_s: .nan", "power_off_after_s: nan is outside"),
    ],
)
def test_a_wrong_file_names_what_is_wrong(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in TEXT
    path = tmp_path / "hardware.yaml"
    path.write_text(TEXT.replace(old, new))
    with pytest.raises(ConfigError, match=says):
        load_hardware(path, VEHICLE)


def test_the_gauge_adds_what_the_current_costs_and_ignores_a_dip() -> None:
    gauge = BatteryGauge(HARDWARE.battery)
    gauge.add(52.0, 10.0, 0.0)  # 52.3 V at rest
    assert gauge.charge_pct == pytest.approx(50.0)
    gauge.add(44.0, 10.0, 0.1)
    assert gauge.charge_pct > 49.0
    for second in range(1, 200):
        gauge.add(60.0, 0.0, float(second))
    assert gauge.charge_pct == pytest.approx(100.0, abs=0.1)
