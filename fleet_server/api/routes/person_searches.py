"""Person searches; every one of these needs the right to judge incidents."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from fleet_server.api.person_search_models import (
    AmendPersonSearch,
    ClosePersonSearch,
    NewPersonSearch,
    PersonSearchSummary,
    PersonSearchView,
)
from fleet_server.api.security import Judging, Running

router = APIRouter()


@router.get("/person-searches")
async def person_searches(_user: Judging, services: Running) -> list[PersonSearchSummary]:
    """All cases, the newest first."""
    return await services.person_searches.views()


@router.get("/person-searches/{case_id}")
async def person_search(case_id: str, user: Judging, services: Running) -> PersonSearchView:
    """One case with its candidates and its log; the look is logged."""
    return await services.person_searches.look(case_id, user.username)


@router.post("/person-searches", status_code=201)
async def open_search(new: NewPersonSearch, user: Judging, services: Running) -> PersonSearchView:
    """Open a case: every vehicle of the map where somebody was seen last looks for them."""
    return await services.person_searches.open(new, user.username)


@router.patch("/person-searches/{case_id}")
async def amend(
    case_id: str, change: AmendPersonSearch, user: Judging, services: Running
) -> PersonSearchView:
    """Change what is given; the rest stays."""
    return await services.person_searches.amend(case_id, change, user.username)


@router.post("/person-searches/{case_id}/close")
async def close(
    case_id: str, end: ClosePersonSearch, user: Judging, services: Running
) -> PersonSearchView:
    """End a case: vehicles forget it at once."""
    return await services.person_searches.close(case_id, end, user.username)


@router.get("/person-searches/{case_id}/pictures/{picture_id}", response_class=Response)
async def picture(case_id: str, picture_id: str, user: Judging, services: Running) -> Response:
    """The bytes of a picture; the look is logged."""
    data = await services.person_searches.open_picture(case_id, picture_id, user.username)
    return Response(data, media_type="image/jpeg")
