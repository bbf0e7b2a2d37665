"""The personal data of reports and whistles, class by class."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, null, or_, select
from sqlalchemy.orm import aliased

from app.dispatch.models import OrderEvidence, WorkOrder
from app.issues.models import Issue
from app.issues.records import IssueArea, IssuePhoto, Remark, Reporter
from app.privacy.kept import ANSWERING, FORGOTTEN, MASK, STATUTORY, WORKING, Kept, Over, since
from app.privacy.kinds import FieldClass, HoldOn
from app.whistles.models import ReportIn, Whistle
from app.whistles.records import ReportInEvidence, Survey, SurveyGuest, TaskPhoto, WhistleWords


def closed_issues(before: datetime) -> Any:
    """Matters that ended before, and what they were merged into has too."""
    main = aliased(Issue)
    ended = or_(Issue.merged_into.is_(None), Issue.merged_into.in_(select(main.id).where(main.closed_at < before)))
    return select(Issue.id).where(Issue.closed_at < before, ended)


def _of_issue(column: Any) -> Over:
    return lambda before: column.in_(closed_issues(before))


def _of_whistle(column: Any) -> Over:
    return lambda before: column.in_(select(Whistle.id).where(Whistle.closed_at < before))


OF_ISSUES: tuple[Kept, ...] = (
    Kept(
        "reporter_contact",
        "反映人姓名电话",
        "a reporter's name and phone",
        FieldClass.PERSONAL,
        Reporter,
        ("name_sealed", "phone_sealed", "phone_hash", "masked"),
        ANSWERING,
        STATUTORY,
        365,
        _of_issue(Reporter.issue_id),
        {HoldOn.ISSUE: Reporter.issue_id},
        floor=30,
        left=Reporter.anonymised_at.is_(None),
        empty={
            "name_sealed": None,
            "phone_sealed": None,
            "phone_hash": None,
            "masked": None,
            "anonymised_at": "now",
        },
    ),
    Kept(
        "issue_words",
        "诉求内容与地点",
        "what a report says and where",
        FieldClass.PERSONAL,
        Issue,
        ("text", "edited_text", "place_text", "on_behalf_of", "point", "accuracy_m", "salt"),
        ANSWERING,
        STATUTORY,
        5 * 365,
        lambda before: Issue.id.in_(closed_issues(before)),
        {HoldOn.ISSUE: Issue.id},
        floor=365,
        left=Issue.text != FORGOTTEN,
        empty={
            "text": FORGOTTEN,
            "edited_text": None,
            "place_text": None,
            "on_behalf_of": None,
            "point": null(),
            "accuracy_m": None,
            "salt": b"",
        },
    ),
    Kept(
        "issue_place",
        "诉求涉及的其他地点",
        "further places of a report",
        FieldClass.PERSONAL,
        IssueArea,
        ("point",),
        ANSWERING,
        STATUTORY,
        5 * 365,
        _of_issue(IssueArea.issue_id),
        {HoldOn.ISSUE: IssueArea.issue_id},
        floor=365,
        left=IssueArea.point.is_not(None),
        empty={"point": null()},
    ),
    Kept(
        "remarks",
        "办理过程文字",
        "words of the handling",
        FieldClass.PERSONAL,
        Remark,
        ("text",),
        ANSWERING,
        STATUTORY,
        5 * 365,
        _of_issue(Remark.issue_id),
        {HoldOn.ISSUE: Remark.issue_id},
        floor=365,
        left=Remark.text != FORGOTTEN,
        empty={"text": FORGOTTEN},
    ),
    Kept(
        "order_answers",
        "承办单位答复文字",
        "answers of units",
        FieldClass.PERSONAL,
        WorkOrder,
        ("answer",),
        ANSWERING,
        STATUTORY,
        5 * 365,
        _of_issue(WorkOrder.issue_id),
        {HoldOn.ISSUE: WorkOrder.issue_id},
        floor=365,
        left=and_(WorkOrder.answer.is_not(None), WorkOrder.answer != FORGOTTEN),
        empty={"answer": FORGOTTEN},
    ),
    Kept(
        "issue_photos",
        "诉求照片",
        "photos of a report",
        FieldClass.PERSONAL,
        IssuePhoto,
        ("sha256",),
        ANSWERING,
        STATUTORY,
        2 * 365,
        _of_issue(IssuePhoto.issue_id),
        {HoldOn.ISSUE: IssuePhoto.issue_id},
        floor=30,
    ),
    Kept(
        "order_evidence",
        "工单异议证据照片",
        "photos shown with an objection",
        FieldClass.INTERNAL,
        OrderEvidence,
        ("sha256",),
        ANSWERING,
        STATUTORY,
        3 * 365,
        _of_issue(OrderEvidence.issue_id),
        {HoldOn.ISSUE: OrderEvidence.issue_id},
    ),
)
"""Of reports and their handling."""


words = {"title": FORGOTTEN, "text": FORGOTTEN, "tried": FORGOTTEN, "place_text": None, "point": null(),
         "meeting_place": None}  # fmt: skip
OF_WHISTLES: tuple[Kept, ...] = (
    Kept(
        "whistle_words",
        "吹哨事由",
        "what a whistle says",
        FieldClass.INTERNAL,
        Whistle,
        tuple(words),
        WORKING,
        STATUTORY,
        5 * 365,
        since(Whistle.closed_at),
        {HoldOn.WHISTLE: Whistle.id},
        floor=365,
        left=Whistle.text != FORGOTTEN,
        empty=words,
    ),
    Kept(
        "whistle_remarks",
        "吹哨办理文字",
        "words of joint handling",
        FieldClass.INTERNAL,
        WhistleWords,
        ("text",),
        WORKING,
        STATUTORY,
        5 * 365,
        _of_whistle(WhistleWords.whistle_id),
        {HoldOn.WHISTLE: WhistleWords.whistle_id},
        floor=365,
        left=WhistleWords.text != FORGOTTEN,
        empty={"text": FORGOTTEN},
    ),
    Kept(
        "surveys",
        "联合勘察记录",
        "records of joint surveys",
        FieldClass.INTERNAL,
        Survey,
        ("findings", "decisions", "place_text"),
        WORKING,
        STATUTORY,
        5 * 365,
        _of_whistle(Survey.whistle_id),
        {HoldOn.WHISTLE: Survey.whistle_id},
        floor=365,
        left=Survey.findings != FORGOTTEN,
        empty={"findings": FORGOTTEN, "decisions": FORGOTTEN, "place_text": FORGOTTEN},
    ),
    Kept(
        "survey_guests",
        "勘察到场人员姓名",
        "names of who came to a survey",
        FieldClass.PERSONAL,
        SurveyGuest,
        ("name",),
        WORKING,
        STATUTORY,
        3 * 365,
        _of_whistle(SurveyGuest.whistle_id),
        {HoldOn.WHISTLE: SurveyGuest.whistle_id},
        left=SurveyGuest.name.is_not(None),
        empty={"name": None},
    ),
    Kept(
        "arrivals",
        "报到人员姓名",
        "who reported in for a unit",
        FieldClass.PERSONAL,
        ReportIn,
        ("arrived_name",),
        WORKING,
        STATUTORY,
        3 * 365,
        _of_whistle(ReportIn.whistle_id),
        {HoldOn.WHISTLE: ReportIn.whistle_id},
        left=and_(ReportIn.arrived_name.is_not(None), ReportIn.arrived_name != MASK),
        empty={"arrived_name": MASK},
    ),
    Kept(
        "task_photos",
        "整改前后照片",
        "photos before and after",
        FieldClass.INTERNAL,
        TaskPhoto,
        ("sha256",),
        WORKING,
        STATUTORY,
        3 * 365,
        _of_whistle(TaskPhoto.whistle_id),
        {HoldOn.WHISTLE: TaskPhoto.whistle_id},
    ),
    Kept(
        "refusal_evidence",
        "报到异议证据照片",
        "photos shown with a refusal to report in",
        FieldClass.INTERNAL,
        ReportInEvidence,
        ("sha256",),
        WORKING,
        STATUTORY,
        3 * 365,
        _of_whistle(ReportInEvidence.whistle_id),
        {HoldOn.WHISTLE: ReportInEvidence.whistle_id},
    ),
)
"""Of whistles and the joint handling."""
