"""The district's rules of time over HTTP: everybody on the staff may read them, the administrator adds to them."""

from fastapi import APIRouter

from app.clocks import actions
from app.clocks.schemas import DayRule, HouseOut, LimitOut, NewLimit, SeasonRule
from app.people.capabilities import Capability
from app.people.login import StaffWork, needs

router = APIRouter(prefix="/clocks", tags=["clocks"])
READ, MANAGE = [needs(Capability.BE_SIGNED_IN)], [needs(Capability.MANAGE_RULES)]


@router.get("", dependencies=READ)
async def rules(work: StaffWork) -> HouseOut:
    """Limits in force, the district's own working days, office hours."""
    return await actions.in_force(work)


@router.post("/limits", status_code=201, dependencies=MANAGE)
async def set_limit(form: NewLimit, work: StaffWork) -> LimitOut:
    """A new limit from now on; running clocks keep theirs."""
    return await actions.set_limit(work, form)


@router.post("/days", status_code=201, dependencies=MANAGE)
async def set_day(form: DayRule, work: StaffWork) -> DayRule:
    """A day worked or kept free against the national calendar."""
    return await actions.set_day(work, form)


@router.post("/seasons", status_code=201, dependencies=MANAGE)
async def set_season(form: SeasonRule, work: StaffWork) -> SeasonRule:
    """Office hours of a part of the year, for one unit or for all."""
    return await actions.set_season(work, form)
