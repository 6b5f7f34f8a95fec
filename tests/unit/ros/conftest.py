"""Tests of the nodes' parts need our built messages in this process."""

from __future__ import annotations

from patrol_bringup.environment import activate

activate()
