"""What each step of a whistle, a report-in and a task is told: one input per step."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.core.fields import Code, Name, Schema, Sentence, Words
from app.issues.schemas import PLACE, Moment, Point, example
from app.issues.step_schemas import StepInput
from app.whistles.kinds import BoundBy, GuestKind, Mode, RefusalGround, Source, UnitRole

Stars = Annotated[int, Field(ge=1, le=5)]
KindCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["joint"])]
MOST_PARTIES, MOST_ISSUES, MOST_GUESTS = 30, 50, 60


class WordsInput(StepInput):
    """A step that is made of words."""

    model_config = example(text="已完成选址,移动公厕月底前启用。")

    text: Words


class PartyInput(Schema):
    """A unit to call: whether it leads, and whose word binds it (by default what its own row says)."""

    unit: Code
    role: UnitRole = UnitRole.ASSIST
    bound_by: BoundBy | None = None


Parties = Annotated[list[PartyInput], Field(max_length=MOST_PARTIES)]


class CreateWhistle(Schema):
    """Blow a whistle (a street) or ask for one (a community). What was tried before is required (R2.2)."""

    model_config = example(
        kind="joint", title="路口缺少公共厕所", text="三处居民反映,周边一公里没有公共厕所。",
        tried="社区两次协调建设单位,无合适用地。", parties=[{"unit": "chengguan", "role": "lead"}],
    )  # fmt: skip

    kind: KindCode
    source: Source = Source.ISSUES
    issues: list[UUID] = Field(default_factory=list, max_length=MOST_ISSUES)
    title: Name
    text: Words
    tried: str | None = Field(None, max_length=4000, description="what the street has done already; required")
    legal_basis: Sentence | None = None
    list_code: Code | None = None
    area_code: Code | None = None
    place_text: Sentence | None = None
    point: Point | None = Field(None, examples=[PLACE])
    meeting_at: Moment | None = None
    meeting_place: Sentence | None = None
    parties: Parties = Field(default_factory=list)


class ConfirmInput(StepInput):
    """Blow what was asked for; parties left out are those that were asked for."""

    model_config = example(parties=[{"unit": "chengguan", "role": "lead"}])

    parties: Parties = Field(default_factory=list)
    meeting_at: Moment | None = None
    meeting_place: Sentence | None = None


class HoldInput(StepInput):
    """Not possible now: until when, and why."""

    model_config = example(review_on="2027-01-15", reason="选址公示中。")

    review_on: date
    reason: Sentence


class ChangeKindInput(StepInput):
    """Another kind, with its limits."""

    model_config = example(kind="tough", reason="需书记统筹。")

    kind: KindCode
    reason: Sentence


class AddPartyInput(PartyInput, StepInput):
    """Call one more unit."""

    model_config = example(unit="shuiwu")


class ReassignInput(StepInput):
    """Another unit has the task from now on."""

    model_config = example(unit="shuiwu", reason="原单位已解除报到。")

    unit: Code
    reason: Sentence


class ReleasePartyInput(StepInput):
    """Let a unit go."""

    model_config = example(unit="shuiwu", reason="现场核实不涉及排水。")

    unit: Code
    reason: Sentence


class VerifyInput(StepInput):
    """Looked at on the spot; the text goes to the reporters behind it."""

    model_config = example(text="三处移动公厕已启用。", result="interim")

    text: Words
    result: Literal["solved", "interim", "explained", "refused"]


class RatePartyInput(StepInput):
    """The street's rating of a unit, with its reason."""

    model_config = example(unit="chengguan", stars=4, reason="响应及时,收尾稍慢。")

    unit: Code
    stars: Stars
    reason: Sentence


class RateStreetInput(StepInput):
    """Whether the whistle should have been blown: the district's word, or a unit's opinion."""

    model_config = example(result="valid", reason="确需多部门联动。")

    result: Literal["valid", "duplicate", "false", "should_have_done_itself"]
    reason: Sentence


class AppealInput(StepInput):
    """Against one score, once."""

    model_config = example(reason="到场记录有误,附签到表。")

    score_id: UUID
    reason: Sentence


class DecideAppealInput(StepInput):
    """The district's word on an appeal; what is upheld counts no more."""

    model_config = example(upheld=True, reason="签到表属实。")

    score_id: UUID
    upheld: bool
    reason: Sentence


class GuestInput(Schema):
    """Who came: a unit by its code, another body by its name, residents by their number."""

    kind: GuestKind
    unit: Code | None = None
    name: Name | None = None
    count: Annotated[int, Field(ge=1, le=100_000)] = 1


class SurveyInput(StepInput):
    """A joint survey."""

    model_config = example(
        held_at="2026-11-24T01:30:00Z", place_text="韶光街与学海路口", findings="有两处可用空地。",
        decisions="先设移动公厕三处。", participants=[{"kind": "department", "unit": "chengguan"}],
    )  # fmt: skip

    held_at: Moment
    place_text: Sentence
    findings: Words
    decisions: Words
    participants: list[GuestInput] = Field(min_length=1, max_length=MOST_GUESTS)


class TaskInput(StepInput):
    """A piece of the work for one unit."""

    model_config = example(unit="chengguan", what="安装移动公厕一处", due_at="2026-11-30T09:00:00Z")

    unit: Code
    what: Sentence
    due_at: Moment


class ContactInput(StepInput):
    """How the unit reached the street."""

    model_config = example(way="phone", note="约定周二到场。")

    way: Literal["phone", "visit", "online", "other"]
    note: Sentence | None = None


class ReportInInput(StepInput):
    """Who came, how and when (now when left out)."""

    model_config = example(name="李工", mode="on_site")

    name: Name
    mode: Mode
    at: Moment | None = None


class RefuseInput(StepInput):
    """Why it is not the unit's duty, and by what rule (R2.4)."""

    model_config = example(
        ground="not_our_duty", reason="不属本单位职责。", legal_basis="区政府三定方案第三条",
        evidence="职责清单第12项已划转区水务局。",
    )  # fmt: skip

    ground: RefusalGround
    reason: Sentence
    legal_basis: Sentence
    evidence: Words | None = None


class ReferInput(StepInput):
    """To whom the unit answers, who is told instead."""

    model_config = example(regulator="市轨道交通集团主管部门", reason="市属企业,区级不能指定。")

    regulator: Name
    reason: Sentence


class SettleArrivalInput(StepInput):
    """Whether they came."""

    model_config = example(came=True, reason="签到表与照片相符。")

    came: bool
    reason: Sentence
