"""What is said about orders and the catalogue: one input per step, one output per reader."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.clocks.ending import ClockLeft
from app.core.fields import Code, Schema, Sentence, Words
from app.core.paging import Limit
from app.dispatch.kinds import Ground, OrderState
from app.issues.schemas import ClockOut, TrailOut, example
from app.issues.step_schemas import StepInput

Turn = Literal["to_sign", "in_hand", "waiting"]
UnitCodes = Annotated[list[Code], Field(max_length=8)]
Result = Literal["solved", "interim", "explained", "refused", "mediated", "mediation_failed"]


class DispatchStep(StepInput):
    """The lead and its assistants; `catalogue_item` says which version of the catalogue the desk looked at."""

    model_config = example(lead_unit="chengguan", assist_units=["shuiwu"], reason="属环境卫生管理职责")

    lead_unit: Code
    assist_units: UnitCodes = Field(default_factory=list)
    reason: Sentence
    catalogue_item: UUID | None = None


class AssignInsideStep(StepInput):
    """To a post of the unit."""

    model_config = example(post_id="019a9f2c-0000-7000-8000-000000000001")

    post_id: UUID


class OrderContactStep(StepInput):
    """The reporter was reached, or somebody went there; `secured` removed a danger (DOMAIN R1.4)."""

    model_config = example(way="phone", note="已电话联系,约定明日到现场")

    way: Literal["phone", "door", "message", "secured"]
    note: Sentence | None = None


class ReportStep(StepInput):
    """How far the assistant has come, for the lead."""

    model_config = example(text="已派人排查,管网无渗漏。")

    text: Words


class FinishStep(StepInput):
    """The lead's text to the reporter with its kind of result, or the assistant's result to the lead."""

    model_config = example(text="移动公厕本月开放。", result="interim", expected_version=3)

    text: Words
    result: Result = "solved"


class ObjectStep(StepInput):
    """Not this unit's matter: on which ground, by what rule, and what shows it (DOMAIN R1.5)."""

    model_config = example(
        ground="not_our_duty", legal_basis="区政府三定方案第三条", evidence="依据三定方案,该职责属水务局。"
    )  # fmt: skip

    ground: Ground
    evidence: Words
    legal_basis: Sentence | None = None


class DesignateStep(StepInput):
    """Who handles it, finally: the objecting unit or another one."""

    model_config = example(lead_unit="shuiwu", reason="依据职责清单第12项")

    lead_unit: Code
    reason: Sentence


class OrderFilter(Schema):
    """Which orders of the active post's unit."""

    state: list[OrderState] = Field(default_factory=list)
    mine: bool = False
    finished: bool = False
    cursor: Annotated[str, Field(max_length=200)] | None = None
    limit: Limit = 50


class OrderLine(Schema):
    """An order in a list."""

    id: UUID
    issue_id: UUID
    unit_id: UUID
    role: str
    state: str
    version: int
    binding: bool
    assigned_post_id: UUID | None
    dispatched_at: datetime
    due_at: datetime
    finished_at: datetime | None


class InboxLine(OrderLine):
    """A row of a unit's inbox; number, words and place are empty when the unit no longer sees the matter."""

    number: str | None
    what: str | None
    place: str | None
    turn: Turn
    may_sign: bool
    clock: ClockLeft | None


class UnitOut(Schema):
    """A unit by code and name."""

    id: UUID
    code: str
    name: str


class OrderOut(OrderLine):
    """An order in full, with its clocks, its trail and the steps the active post may take now."""

    unit: UnitOut
    follows_id: UUID | None
    catalogue_item_id: UUID | None
    copied_to: UUID | None
    needs_release: bool
    deemed: bool
    duty_number: str | None
    signed_at: datetime | None
    signed_by: str | None
    held_by: str | None
    contacted_at: datetime | None
    object_until: datetime | None
    ground: str | None
    objected_at: datetime | None
    wrong_owner: bool | None
    answer: str | None
    result: str | None
    allowed_steps: list[str]
    clocks: list[ClockOut]
    trail: list[TrailOut]


class ReasonWords(Schema):
    """A reason that may be given, in both languages."""

    zh: str
    en: str


class NextOwner(UnitOut):
    """Who comes next in question, and why."""

    zh: str
    en: str


class ProposalOut(Schema):
    """Whose matter the catalogue says it is, and why; `category` is the one that is listed.

    `others` come next in question; `reason` is what is said when the proposal is followed, `reasons` what may be
    said when it is not.
    """

    owner_unit: UnitOut | None
    level: str | None
    category: str | None
    catalogue_item: UUID | None
    legal_basis: str | None
    list_code: str | None
    assist_units: list[str]
    not_to_community: bool
    verify: bool
    why: str
    zh: str
    en: str
    since: datetime | None
    others: list[NextOwner]
    reason: ReasonWords
    reasons: list[ReasonWords]


class ItemOut(Schema):
    """One line of the catalogue in force."""

    id: UUID
    category: str
    owner_unit_id: UUID | None
    level: str
    not_to_community: bool
    legal_basis: str
    list_code: str | None
    assist_units: list[str]
    verify: bool
    needs_release: bool
    valid_from: datetime
    valid_to: datetime | None


class BroughtInOut(Schema):
    """What an imported sheet changed."""

    added: int
    unchanged: int


class Period(Schema):
    """Days of the office, both included."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")


class DispatchingOut(Schema):
    """How one office dispatched; `unit` is empty for the district."""

    unit: UnitOut | None
    dispatched: int
    objected: int
    upheld: int
    undecided: int
    to_community: int
    wrong_owner_rate: float
    community_share: float
