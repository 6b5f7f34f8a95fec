"""What the routes call; made once in `fleet_server.app`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fleet_server.accounts import Accounts
from fleet_server.api.models import HealthView
from fleet_server.dispatch.patrols import PatrolService
from fleet_server.dispatch.service import Dispatcher
from fleet_server.dispatch.team import TeamPlanning
from fleet_server.fleet import Fleet
from fleet_server.incidents.releases import ReleaseService
from fleet_server.incidents.service import IncidentService
from fleet_server.incidents.suppressions import SuppressionService
from fleet_server.live import LiveHub
from fleet_server.maps import MapLibrary
from fleet_server.person_searches.service import PersonSearchService
from fleet_server.placing import Placing
from fleet_server.publishing.service import MapPublishing
from fleet_server.publishing.versions import MapVersions
from fleet_server.signals.feed import SignalFeed
from fleet_server.store.database import Database
from fleet_server.weather import WeatherService


@dataclass(frozen=True, slots=True)
class Services:
    """Every service of a running server."""

    database: Database
    accounts: Accounts
    fleet: Fleet
    maps: MapLibrary
    map_versions: MapVersions
    publishing: MapPublishing
    patrols: PatrolService
    dispatcher: Dispatcher
    placing: Placing
    teams: TeamPlanning
    incidents: IncidentService
    suppressions: SuppressionService
    releases: ReleaseService
    person_searches: PersonSearchService
    live: LiveHub
    weather: WeatherService
    signals: SignalFeed
    health: Callable[[], HealthView]
    secure_cookie: bool = False
