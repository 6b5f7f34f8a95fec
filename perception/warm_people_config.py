"""The limits of people by temperature; what they are for is in `warm_people.py`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WarmPeopleConfig:
    """What counts as a person; lengths in metres, of a region between its edges."""

    enabled: bool = True
    least_contrast_c: float = 2.0  # warmer than the ground, and than what is beside it
    most_c: float = 37.0  # no skin is warmer: engines and flames are
    most_ground_c: float = 26.0  # people in clothes hardly stand out from warmer ground
    max_range_m: float = 22.0
    least_px: int = 8
    least_height_m: float = 0.7  # of who stands, sits or crouches; dogs are lower
    most_height_m: float = 2.2
    least_width_m: float = 0.2
    most_width_m: float = 1.25
    lies_height_m: float = 0.75  # of who lies, at most
    least_length_m: float = 1.1  # of who lies; dogs are shorter
    most_length_m: float = 2.1

    def __post_init__(self) -> None:
        for name, least, most in (
            ("least_contrast_c", 0.5, 15.0), ("most_c", 35.0, 60.0),
            ("most_ground_c", 0.0, 34.0), ("max_range_m", 2.0, 60.0), ("least_px", 4, 200),
            ("least_height_m", 0.3, 1.5), ("most_height_m", 1.5, 3.0),
            ("least_width_m", 0.05, 0.6), ("most_width_m", 0.6, 2.0),
            ("lies_height_m", 0.3, 1.0), ("least_length_m", 0.8, 2.0),
            ("most_length_m", 1.5, 3.0),
        ):  # fmt: skip
            if not least <= getattr(self, name) <= most:
                value = getattr(self, name)
                raise ValueError(f"{name}: {value:g} must be in [{least:g}, {most:g}]")
        if self.least_length_m >= self.most_length_m:
            raise ValueError(
                f"least_length_m: {self.least_length_m:g} must be below most_length_m"
            )
