"""One route per step of the workflow, made alike wherever its action lives."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header

from app.core.idempotency import body_hash, claim_of, take, used_for
from app.core.work import Work
from app.core.workflow import lock
from app.issues import merging, queries
from app.issues.models import Issue
from app.issues.schemas import IssueOut
from app.issues.step_schemas import StepInput
from app.issues.taking import ready
from app.people.login import StaffWork

Key = Annotated[str | None, Header(alias="Idempotency-Key")]
Taking = Callable[[Work, Issue, Any], Awaitable[None]]
Locking = Callable[[Work, UUID, Any], Awaitable[list[UUID]]]


def add_issue_step(
    router: APIRouter, name: str, form_type: type[StepInput], action: Taking, beside: Locking | None = None
) -> None:
    """`POST /issues/{id}/steps/{name}`: locked (with what `beside` names), refused early, taken once per key,
    answered in full.
    """

    async def take_step(issue_id: UUID, form: Any, work: StaffWork, key: Key = None) -> IssueOut:
        said = {"issue": str(issue_id), **form.model_dump(mode="json")}
        held = claim_of(work, f"step {name}", key, body_hash(said))
        if key is None or await take(work, held, issue_id):
            if beside is None:
                issue = await lock(work, Issue, issue_id)
            else:
                issue = await merging.lock_with(work, issue_id, await beside(work, issue_id, form))
            ready(work, issue, name, form)
            await action(work, issue, form)
        else:
            await used_for(work, held)
            issue = await queries.get_issue(work, issue_id)
        return await queries.in_full(work, issue)  # also when the step has just moved it out of sight

    take_step.__annotations__["form"] = form_type
    take_step.__doc__ = f"Step `{name}`; 409 when the state or the version has moved on."
    take_step.guards = f"step {name}"  # type: ignore[attr-defined]  # the workflow table decides who may
    router.add_api_route(f"/issues/{{issue_id}}/steps/{name}", take_step, methods=["POST"], name=f"step_{name}")
