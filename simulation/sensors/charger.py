"""Charger: what a dock's contacts give a vehicle that stands on it, and how that fails."""

from __future__ import annotations


class Charger:
    """Gives current to whoever stands on the dock.

    Assign `is_dead` for a dock without power. `misses` are so many dockings, the present one
    among them, whose contacts do not touch.
    """

    def __init__(self) -> None:
        self.is_dead = False
        self.misses = 0
        self._was_on_dock = False

    def gives_current(self, on_dock: bool) -> bool:
        """Whether current flows now; call once a reading."""
        if self._was_on_dock and not on_dock and self.misses > 0:
            self.misses -= 1
        self._was_on_dock = on_dock
        return on_dock and not self.is_dead and self.misses == 0
