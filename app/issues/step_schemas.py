"""What each step of an issue is told: one input per step, the contract of `/issues/{id}/steps/{step}`."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.core.fields import Code, Name, Schema, Sentence, Words
from app.issues.kinds import AreaRole, IssueType, LinkKind, Triage, Urgency, Verdict
from app.issues.schemas import PLACE, CategoryCode, Moment, Point, example

Satisfaction = Annotated[int, Field(ge=1, le=5)]
Reason = Literal["consult", "beyond_duty", "unlawful", "merged", "unreachable"]


class StepInput(Schema):
    """What every step takes: the version the caller looked at (409 when it has moved on)."""

    expected_version: int | None = Field(None, ge=1)


class PlainStep(StepInput):
    """A step that needs no more than itself."""


class NoteStep(StepInput):
    """A step that may carry a note among staff."""

    model_config = example(note="已核对。")

    note: Sentence | None = None


class ReasonStep(StepInput):
    """A step that needs its reason, kept among staff."""

    model_config = example(reason="超出社区职责,需街道协调。")

    reason: Sentence


class TellStep(StepInput):
    """A step whose words go to the reporter."""

    model_config = example(text="已收到,正在核实。")

    text: Words


class LocateStep(StepInput):
    """Place the issue anew, by point or by the code of an area; it is routed again at once."""

    model_config = example(point=PLACE, reason="现场核实位置", expected_version=2)

    point: Point | None = None
    area_code: Code | None = None
    reason: Sentence


class AssignStep(StepInput):
    """Give it to another post on its ground."""

    model_config = example(post_id="019a9f2c-0000-7000-8000-000000000001", reason="由网格长办理")

    post_id: UUID
    reason: Sentence


class TriageStep(StepInput):
    """Which of the four ways to go (望亭); `study` owes a plan, `coordinate` shortens the limit."""

    model_config = example(way="coordinate", note="需物业配合")

    way: Triage
    note: Sentence | None = None


class ContactStep(StepInput):
    """The reporter was reached, or the place was visited (DOMAIN R1.4)."""

    model_config = example(way="phone", note="已电话联系")

    way: Literal["phone", "door", "message"]
    note: Sentence | None = None


class RelayStep(StepInput):
    """The desk spoke with a confidential reporter for the handler, who learns the words and not the person."""

    model_config = example(way="phone", words="反映人补充:夜间十点后最明显。")

    way: Literal["phone", "message"]
    words: Sentence


class FixStep(StepInput):
    """Found on patrol and fixed at once: what was done."""

    model_config = example(text="已关闭总阀,通知物业更换水管。")

    text: Words


class SampleStep(StepInput):
    """A look at what was fixed on the spot: was it?"""

    model_config = example(confirmed=True)

    confirmed: bool
    note: Sentence | None = None


class AnswerStep(StepInput):
    """The text to the reporter, and what kind of result it is; an emergency passed on names time and whom."""

    model_config = example(text="移动公厕本月开放。", result="interim", expected_version=4)

    text: Words
    result: Literal[
        "solved", "interim", "explained", "refused", "emergency_passed", "channel_told", "repeat_told",
        "secrecy_explained", "mediated", "mediation_failed",
    ] = "solved"  # fmt: skip
    called_at: Moment | None = None
    called: Name | None = None
    verify_after: date | None = None


class AskExtensionStep(StepInput):
    """More time, until when and why."""

    model_config = example(until="2026-12-05T09:30:00Z", reason="等待配件到货")

    until: Moment
    reason: Sentence


class ExtendStep(StepInput):
    """Grant it; the reporter is told first (CASES 2.3)."""

    model_config = example(text="因配件到货延迟,办理时限延长至 12 月 5 日。")

    text: Words
    until: Moment | None = None


class HoldOpenStep(StepInput):
    """Cannot be done now: explained to the reporter, looked at again on that day."""

    model_config = example(text="需列入明年改造计划,届时再次研究。", review_on="2027-02-01")

    text: Words
    review_on: date


class NotAcceptStep(StepInput):
    """Not taken on, with the reason told; everything else of article 11 is an answer (GLOSSARY 2)."""

    model_config = example(reason="beyond_duty", text="属于合同纠纷,可向人民法院起诉。")

    reason: Literal["beyond_duty", "unlawful"]
    text: Words


class TransferStep(StepInput):
    """To another district, level or channel; open here until the other side has given its number."""

    model_config = example(to="官渡区12345", reason="地点在官渡区")

    to: Name
    reason: Sentence


class ConfirmTransferStep(StepInput):
    """The other side's number, told to the reporter."""

    model_config = example(number="GD20261120-0007", text="已移送官渡区,编号 GD20261120-0007。")

    number: Name
    text: Words


class SubmitStep(TellStep):
    """The result of an order, back to where it came from; also that it is not ours or cannot be met (R5.5)."""

    model_config = example(text="已修复,附现场情况说明。", result="solved")

    result: Literal[
        "solved", "interim", "explained", "refused", "channel_told", "repeat_told", "beyond_duty", "unlawful",
    ] | None = None  # fmt: skip


class UpstreamReturnStep(ReasonStep):
    """To be done again, by when if the hotline says so."""

    model_config = example(reason="反映人不认可,请重新办理。", due="2026-12-05T09:30:00Z")

    due: Moment | None = None


class RevisitStep(StepInput):
    """One try to ask the reporter: reached with their word, or not reached (DOMAIN R1.9)."""

    model_config = example(way="phone", reached=True, verdict="solved", satisfaction=5)

    way: Literal["phone", "door", "message"]
    reached: bool
    verdict: Verdict | None = None
    satisfaction: Satisfaction | None = None
    contacted: bool | None = None
    of_issue: UUID | None = None
    note: Sentence | None = None


class RateStep(StepInput):
    """The reporter's word: solved closes it, anything else returns it to its holder."""

    model_config = example(verdict="solved", satisfaction=5, contacted=True)

    verdict: Verdict
    satisfaction: Satisfaction | None = Field(None, description="may follow with `complete_word`")
    contacted: bool | None = None
    note: Sentence | None = None


class CompleteStep(StepInput):
    """What follows the reporter's first tap: the level, whether they were contacted, words of their own."""

    model_config = example(satisfaction=4, contacted=True, note="修得很快")

    satisfaction: Satisfaction | None = None
    contacted: bool | None = None
    note: Sentence | None = None


class AskCloseStep(StepInput):
    """Reasonable, but it cannot be met: close with the reason told, if a second unit agrees (R5.4)."""

    model_config = example(result="explained", text="因规划限制无法增设,已说明理由。")

    result: Literal["explained", "refused"]
    text: Words


class ExcludeStep(StepInput):
    """Leave it out of the adjusted rates, for a listed reason, if a second unit agrees (R1.10)."""

    model_config = example(reason="beyond_duty", note="属于民事纠纷")

    reason: Reason
    note: Sentence


class GroupStep(StepInput):
    """Put it under an incident: a known one, or a new one by its name."""

    model_config = example(name="11月20日暴雨内涝")

    incident_id: UUID | None = None
    name: Name | None = None


class MergeStep(StepInput):
    """The same matter as another open issue, named by its number."""

    model_config = example(into="W20261120-48213", reason="同一地点同一问题")

    into: Annotated[str, Field(max_length=20)]
    reason: Sentence


class SuperviseStep(StepInput):
    """Put it on the superior's list."""

    model_config = example(reason="群众多次反映")

    reason: Sentence


class TurnToStep(StepInput):
    """What it turned into; the result flows back to the reporter."""

    model_config = example(kind="project", title="老旧小区排水改造", reason="纳入改造项目")

    kind: LinkKind
    title: Name
    target_id: UUID | None = None
    reason: Sentence


class VerifyAfterStep(StepInput):
    """Ask the reporter again on or after that day, also when it has been closed by then."""

    model_config = example(on="2027-09-30")

    on: date


class EditCopyStep(StepInput):
    """What the handler may read of a confidential report."""

    model_config = example(text="有群众反映某单位收费不规范。")

    text: Words


class ChangeKindStep(StepInput):
    """Type, category or urgency mended; the clocks that run keep their rules."""

    model_config = example(category="public_toilet", reason="应为设施缺失")

    type: IssueType | None = None
    category: CategoryCode | None = None
    urgency: Urgency | None = None
    reason: Sentence


class AddAreaStep(StepInput):
    """A further area that is affected or holds the cause; its desk sees the matter and may comment."""

    model_config = example(area_code="530114004002", role="affected")

    area_code: Code
    role: AreaRole
    point: Point | None = None


class PartyStep(StepInput):
    """A unit let in, or let go."""

    model_config = example(unit="shuiwu", reason="需协助排查管网")

    unit: Code
    reason: Sentence


class CommentStep(StepInput):
    """A note among staff."""

    model_config = example(text="已转告物业。")

    text: Words
