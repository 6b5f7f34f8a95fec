"""What the API says of person searches. Colours are sRGB in 0..1; nobody's name is asked for."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from fleet_server.api.incident_models import IncidentView
from fleet_server.api.models import Model
from patrol.person_search import HEIGHTS_M, MOST_PICTURES, AgeGroup, Build

SearchState = Literal["open", "ended"]
SearchOutcome = Literal["found", "withdrawn", "other", "expired"]
Part = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Colour = tuple[Part, Part, Part]
Metres = Annotated[float, Field(ge=HEIGHTS_M[0], le=HEIGHTS_M[1], allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]
Picture = str  # base64 of a JPEG, PNG or WebP file


class LastSeenPlace(Model):
    """Where and when somebody was seen last (WGS 84)."""

    map_id: Annotated[str, Field(min_length=1, max_length=64)]
    longitude_deg: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    latitude_deg: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    at: Seconds


class SearchContent(Model):
    """Whom to look for; what is null is not known and excludes nobody."""

    reference: Annotated[str, Field(max_length=120)] | None = None  # the police's case number
    description: Annotated[str, Field(max_length=2000)] | None = None  # for operators only
    top_rgb: Colour | None = None
    trousers_rgb: Colour | None = None
    height_m: tuple[Metres, Metres] | None = None  # from, to
    age_group: AgeGroup | None = None
    build: Build | None = None
    last_seen: LastSeenPlace | None = None


class NewPersonSearch(SearchContent):
    """A case to open."""

    expires_at: Seconds
    pictures: Annotated[list[Picture], Field(max_length=MOST_PICTURES)] = Field(
        default_factory=list
    )


class AmendPersonSearch(SearchContent):
    """What shall be different: what is left out stays, what is null is not known any more."""

    expires_at: Seconds | None = None
    add_pictures: Annotated[list[Picture], Field(max_length=MOST_PICTURES)] = Field(
        default_factory=list
    )
    remove_pictures: Annotated[list[str], Field(max_length=MOST_PICTURES)] = Field(
        default_factory=list
    )


class ClosePersonSearch(Model):
    """How it ended; the note is erased with the rest."""

    outcome: Literal["found", "withdrawn", "other"]
    note: Annotated[str, Field(max_length=2000)] | None = None


class PersonSearchSummary(Model):
    """A case in the list."""

    case_id: str
    revision: int  # grows with every change
    state: SearchState
    reference: str | None
    top_rgb: Colour | None
    trousers_rgb: Colour | None
    opened_at: float
    opened_by: str
    expires_at: float
    closed_at: float | None
    closed_by: str | None
    outcome: SearchOutcome | None
    erased_at: float | None  # since when nothing personal is kept
    picture_count: int


class SearchPictureView(Model):
    """A picture; `url` answers with its bytes, and the look is logged."""

    picture_id: str
    url: str


class LastSeenView(Model):
    """Where and when somebody was seen last; longitude and latitude null: no such map is here."""

    map_id: str
    longitude_deg: float | None
    latitude_deg: float | None
    x_m: float
    y_m: float
    at: float


class SearchLogLine(Model):
    """Who did what with the case, its pictures or its candidates."""

    time: float
    username: str
    action: str
    subject: str
    details: dict[str, Any]


class PersonSearchView(PersonSearchSummary):
    """A case with everything; `candidates` by score, the most alike first."""

    description: str | None
    height_m: tuple[float, float] | None
    age_group: AgeGroup | None
    build: Build | None
    last_seen: LastSeenView | None
    pictures: list[SearchPictureView]
    note: str | None
    erased_after: float | None  # when what is personal goes, of a case that has ended
    candidates: list[IncidentView]
    log: list[SearchLogLine]
