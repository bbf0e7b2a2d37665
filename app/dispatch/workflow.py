"""The life of a work order as one table of steps (CASES 2.1-2.3). Nothing else assigns a state.

The diagram is drawn from here (`wangge workflow draw order`), so are the buttons of every face.
"""

from app.core.workflow import Guard, Step, Workflow
from app.dispatch import events as e
from app.dispatch import guards as g
from app.dispatch.kinds import GONE, OrderState
from app.dispatch.words import STATE_WORDS, STEP_WORDS
from app.issues.workflow import COMMUNITY, DEPARTMENT, DISTRICT, OFFICES, STREET, SYSTEM
from app.people.models import Role

UNITS = DEPARTMENT | COMMUNITY | STREET
ARBITERS = DISTRICT | {Role.STREET_SECRETARY}

S = OrderState
STANDING = frozenset(S) - frozenset(GONE)
OPEN = STANDING - {S.DONE}
BEFORE_HANDLING = frozenset({S.ISSUED, S.SIGNED})
WORKED = frozenset({S.SIGNED, S.HANDLING})
CONTESTED = WORKED | {S.OBJECTED}


def step(
    name: str, sources: frozenset[OrderState], target: OrderState | None, by: frozenset[Role], event: type,
    guard: Guard | None = g.is_units,
) -> Step:  # fmt: skip
    """A row of the table; the unit's own unless another guard is named."""
    return Step(name, sources, target, by, event, guard)


def inward(
    name: str, sources: frozenset[OrderState], target: OrderState | None, by: frozenset[Role], event: type,
    guard: Guard | None = None, *, revives: bool = False,
) -> Step:  # fmt: skip
    """A row that is no button: it follows from a clock, from the issue, or from what another step was told."""
    return Step(name, sources, target, by, event, guard, inward=True, revives=revives)


def at(*states: OrderState) -> frozenset[OrderState]:
    """The states a step leads on from."""
    return frozenset(states)


WORKING = (
    step("sign", at(S.ISSUED), S.SIGNED, UNITS, e.OrderSigned),
    step("unsign", at(S.SIGNED), S.ISSUED, UNITS, e.OrderSigningUndone, g.may_unsign),
    inward("deem_sign", at(S.ISSUED), S.SIGNED, SYSTEM, e.OrderDeemedSigned),
    step("assign_inside", at(S.ISSUED, S.SIGNED, S.HANDLING), None, UNITS, e.OrderAssignedInside),
    inward("hand_over", OPEN, None, UNITS | DISTRICT, e.OrderHandedOver),
    step("contact", WORKED, S.HANDLING, UNITS, e.OrderContacted),
    step("contact_meanwhile", at(S.OBJECTED), None, UNITS, e.OrderContacted),
    step("stage_report", WORKED, S.HANDLING, UNITS, e.StageReported, g.may_report),
    step("finish", WORKED, S.DONE, UNITS, e.OrderDone, g.may_finish),
    inward("hand_in", WORKED, S.IN_REVIEW, UNITS, e.OrderHandedIn, g.may_finish),
    step("release_answer", at(S.IN_REVIEW), S.DONE, UNITS, e.OrderDone, g.may_release),
    step("send_back", at(S.IN_REVIEW), S.HANDLING, UNITS, e.AnswerSentBack, g.may_release),
    inward("open_review", at(S.IN_REVIEW), None, SYSTEM, e.ReviewOpened),
    inward("rework", at(S.DONE), S.HANDLING, SYSTEM, e.OrderReworked, revives=True),
    inward("remind", OPEN, None, SYSTEM, e.OrderReminded),
)
OWNERSHIP = (
    step("object", BEFORE_HANDLING, S.OBJECTED, UNITS, e.OrderObjected, g.may_object),
    Step("designate", CONTESTED, None, ARBITERS, e.OrderDesignated, g.may_decide, back_to=WORKED),
    inward("bind_meanwhile", at(S.OBJECTED), S.SIGNED, SYSTEM, e.ArbiterSilent),
    inward("release", OPEN, S.RELEASED, ARBITERS | SYSTEM, e.OrderReleased),
    step("recall", STANDING, S.RECALLED, OFFICES | SYSTEM, e.OrderRecalled, g.may_recall),
)

ORDER = Workflow(
    kind="order",
    enters="issue",
    first=S.ISSUED,
    final=frozenset({S.DONE, *GONE}),
    states=tuple(S),
    words=STATE_WORDS | STEP_WORDS,
    steps=(*WORKING, *OWNERSHIP),
)
