"""The life of a change of the ground as one table of steps. Nothing else assigns a state."""

from app.changes import events as e
from app.changes import guards as g
from app.changes.kinds import ChangeState
from app.changes.words import STATE_WORDS, STEP_WORDS
from app.core.workflow import Step, Workflow
from app.people.capabilities import COMMUNITY, DISTRICT, STREET
from app.people.models import Role

S = ChangeState
DRAFTERS = COMMUNITY | STREET | DISTRICT
SECRETARY = frozenset({Role.STREET_SECRETARY})
SYSTEM = frozenset({Role.SYSTEM})
WAITING = frozenset({S.SUBMITTED, S.STREET_AGREED})


def at(*states: ChangeState) -> frozenset[ChangeState]:
    """The states a step leads on from."""
    return frozenset(states)


CHANGE = Workflow(
    kind="area_change",
    enters="draft",
    first=S.DRAFT,
    final=at(S.SETTLED, S.DECLINED, S.WITHDRAWN),
    states=tuple(S),
    words=STATE_WORDS | STEP_WORDS,
    steps=(
        Step("redraft", at(S.DRAFT), None, DRAFTERS, e.ChangeRedrafted, g.is_drafters),
        Step("submit", at(S.DRAFT), S.SUBMITTED, DRAFTERS, e.ChangeSubmitted, g.asks_street),
        Step("submit_to_district", at(S.DRAFT), S.STREET_AGREED, DRAFTERS, e.ChangeAgreed, g.asks_district),
        Step("agree", at(S.SUBMITTED), S.STREET_AGREED, SECRETARY, e.ChangeAgreed),
        Step("deem_agreed", at(S.SUBMITTED), S.STREET_AGREED, SYSTEM, e.ChangeAgreed, inward=True),
        Step("approve", at(S.STREET_AGREED), S.SCHEDULED, DISTRICT, e.ChangeApproved, g.is_another),
        Step("decline", WAITING, S.DECLINED, SECRETARY | DISTRICT, e.ChangeDeclined, g.decides_now),
        Step("withdraw", WAITING | {S.DRAFT, S.SCHEDULED}, S.WITHDRAWN, DRAFTERS, e.ChangeWithdrawn,
             g.is_drafters),
        Step("take_effect", at(S.SCHEDULED), S.IN_EFFECT, SYSTEM, e.ChangeInEffect, inward=True),
        Step("stop", at(S.SCHEDULED), S.STREET_AGREED, SYSTEM, e.ChangeStopped, inward=True),
        Step("settle", at(S.IN_EFFECT), S.SETTLED, SYSTEM, e.ChangeSettled, inward=True),
        Step("remind", WAITING, None, SYSTEM, e.ChangeReminded, inward=True),
    ),
)  # fmt: skip
