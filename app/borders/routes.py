"""Border agreements, dedicated grids and names of estates over HTTP, for the desks."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from app.borders import agreements, minding
from app.borders.schemas import (
    AgreementOut,
    EndAgreement,
    EstateNames,
    EstateOut,
    MindedIn,
    MindedOut,
    NewAgreement,
)
from app.people.capabilities import Capability
from app.people.login import StaffWork, needs

router = APIRouter(tags=["borders"])
SEE = needs(Capability.SEE_AGREEMENTS)
KEEP = needs(Capability.KEEP_AGREEMENTS)
ARRANGE = needs(Capability.ARRANGE_GROUND)
CodePath = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,32}$")]
CodeQuery = Annotated[str | None, Query(pattern=r"^[0-9A-Za-z-]{1,32}$")]
Words = Annotated[str | None, Query(min_length=1, max_length=60)]


@router.get("/agreements", dependencies=[SEE])
async def list_agreements(work: StaffWork, area: CodeQuery = None) -> list[AgreementOut]:
    """The border agreements 边界协议 in which the post's ground is a side, the latest first."""
    return await agreements.listed(work, area)


@router.post("/agreements", status_code=201, dependencies=[KEEP])
async def propose_agreement(form: NewAgreement, work: StaffWork) -> AgreementOut:
    """Propose who leads on a line or polygon between two neighbours; it counts when both sides have agreed."""
    return await agreements.in_full(work, await agreements.propose(work, form))


@router.get("/agreements/{agreement_id}", dependencies=[SEE])
async def get_agreement(agreement_id: UUID, work: StaffWork) -> AgreementOut:
    """One agreement, for who serves one of its sides."""
    return await agreements.in_full(work, agreement_id)


@router.post("/agreements/{agreement_id}/agree", dependencies=[KEEP])
async def agree_to_agreement(agreement_id: UUID, work: StaffWork) -> AgreementOut:
    """The other side's secretary agrees."""
    await agreements.agree(work, agreement_id)
    return await agreements.in_full(work, agreement_id)


@router.post("/agreements/{agreement_id}/decline", dependencies=[KEEP])
async def decline_agreement(agreement_id: UUID, work: StaffWork) -> AgreementOut:
    """The other side's secretary says no."""
    await agreements.decline(work, agreement_id)
    return await agreements.in_full(work, agreement_id)


@router.post("/agreements/{agreement_id}/end", dependencies=[KEEP])
async def end_agreement(agreement_id: UUID, form: EndAgreement, work: StaffWork) -> AgreementOut:
    """Either side's secretary ends it; what it placed before stays as it was placed."""
    await agreements.end(work, agreement_id, form)
    return await agreements.in_full(work, agreement_id)


@router.get("/dedicated-grids/{code}/categories", dependencies=[SEE])
async def minded_categories(code: CodePath, work: StaffWork) -> MindedOut:
    """The categories a dedicated grid 专属网格 owns."""
    return await minding.minded(work, code)


@router.put("/dedicated-grids/{code}/categories", dependencies=[ARRANGE])
async def mind_categories(code: CodePath, form: MindedIn, work: StaffWork) -> MindedOut:
    """Set them; all others go to the general grid below it."""
    return await minding.mind(work, code, form)


@router.get("/estates", dependencies=[ARRANGE])
async def list_estates(work: StaffWork, q: Words = None) -> list[EstateOut]:
    """The estates of the post's ground, with the names and address they are found by."""
    return await minding.estates(work, q)


@router.put("/estates/{estate_id}/names", dependencies=[ARRANGE])
async def name_estate(estate_id: UUID, form: EstateNames, work: StaffWork) -> EstateOut:
    """Set an estate's other names and its address."""
    return await minding.name_estate(work, estate_id, form)
