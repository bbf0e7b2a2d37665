"""The personal data of households, visits, phones and logs, class by class."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, null, or_, select

from app.households.models import CareNeed, Household, Resident, Review
from app.people.privacy import PersonalRead
from app.privacy.kept import CONSENT, HALF_YEAR, LOGS, MASK, SECURITY, STATUTORY, VISITING, Kept, Over, since
from app.privacy.kinds import FieldClass, HoldOn
from app.privacy.models import PersonRequest
from app.sync.kinds import Status
from app.sync.models import Media, Op, OpClash, SealedOutbox
from app.visits.models import OptOut, Visit, VisitPhoto, VisitRevision
from app.visits.records import Patrol, PatrolFinding


def _of_visit(column: Any) -> Over:
    return lambda before: column.in_(select(Visit.id).where(Visit.received_at < before))


def _needs_of_gone(before: datetime) -> ColumnElement[bool]:
    """Ended themselves, or with the person or the household they were noted of."""
    left = select(Household.id).where(Household.until < before)
    gone = select(Resident.id).where(Resident.until < before)
    return or_(CareNeed.until < before, CareNeed.household_id.in_(left), CareNeed.resident_id.in_(gone))


nobody = dict.fromkeys(
    (
        "name_sealed",
        "phone_sealed",
        "phone_hash",
        "phone_masked",
        "id_number_sealed",
        "id_number_hash",
        "id_number_masked",
    ),
)
OF_HOUSEHOLDS: tuple[Kept, ...] = (
    Kept(
        "residents",
        "住户成员身份信息",
        "who lived in a household",
        FieldClass.PERSONAL,
        Resident,
        (*nobody, "name_masked"),
        VISITING,
        STATUTORY,
        365,
        since(Resident.until),
        {HoldOn.HOUSEHOLD: Resident.household_id},
        left=Resident.anonymised_at.is_(None),
        empty={**nobody, "name_masked": MASK, "anonymised_at": "now"},
    ),
    Kept(
        "care_needs",
        "关爱需求",
        "care needs",
        FieldClass.SENSITIVE,
        CareNeed,
        ("kind",),
        VISITING,
        CONSENT,
        HALF_YEAR,
        _needs_of_gone,
        {HoldOn.HOUSEHOLD: CareNeed.household_id},
    ),
    Kept(
        "household_notes",
        "住户备注与检索键",
        "notes on a household and its search keys",
        FieldClass.PERSONAL,
        Household,
        ("note_sealed", "keys"),
        VISITING,
        STATUTORY,
        365,
        since(Household.until),
        {HoldOn.HOUSEHOLD: Household.id},
        left=or_(Household.note_sealed.is_not(None), Household.keys != []),
        empty={"note_sealed": None, "keys": []},
    ),
    Kept(
        "review_offers",
        "未采用的修改内容",
        "values offered and not taken",
        FieldClass.PERSONAL,
        Review,
        ("offered_sealed",),
        VISITING,
        STATUTORY,
        365,
        since(Review.decided_at),
        {HoldOn.HOUSEHOLD: Review.household_id},
        left=Review.offered_sealed.is_not(None),
        empty={"offered_sealed": None},
    ),
    Kept(
        "opt_outs",
        "不再上门意愿",
        "wishes not to be called on",
        FieldClass.PERSONAL,
        OptOut,
        ("household_id",),
        VISITING,
        CONSENT,
        365,
        since(OptOut.until),
        {HoldOn.HOUSEHOLD: OptOut.household_id},
    ),
)
"""Of households and who lives in them."""


OF_VISITS: tuple[Kept, ...] = (
    Kept(
        "visit_words",
        "走访备注与位置",
        "notes and positions of visits",
        FieldClass.PERSONAL,
        Visit,
        ("note", "point", "accuracy_m"),
        VISITING,
        STATUTORY,
        365,
        since(Visit.received_at),
        {HoldOn.HOUSEHOLD: Visit.household_id},
        floor=100,
        left=or_(Visit.note.is_not(None), Visit.point.is_not(None), Visit.accuracy_m.is_not(None)),
        empty={"note": None, "point": null(), "accuracy_m": None},
    ),
    Kept(
        "visit_revisions",
        "走访更正前内容",
        "what visits said before",
        FieldClass.PERSONAL,
        VisitRevision,
        ("said",),
        VISITING,
        STATUTORY,
        365,
        _of_visit(VisitRevision.visit_id),
        {
            HoldOn.HOUSEHOLD: select(Visit.household_id)
            .where(Visit.id == VisitRevision.visit_id)
            .correlate(VisitRevision)
            .scalar_subquery()
        },
        floor=100,
        left=VisitRevision.said["note"].astext.is_not(None),
        empty={"said": VisitRevision.said.op("-")("note")},
    ),
    Kept(
        "visit_photos",
        "走访照片",
        "photos of visits",
        FieldClass.PERSONAL,
        VisitPhoto,
        ("sha256",),
        VISITING,
        STATUTORY,
        365,
        _of_visit(VisitPhoto.visit_id),
        {
            HoldOn.HOUSEHOLD: select(Visit.household_id)
            .where(Visit.id == VisitPhoto.visit_id)
            .correlate(VisitPhoto)
            .scalar_subquery()
        },
    ),
    Kept(
        "patrol_notes",
        "巡查发现文字",
        "notes of patrols",
        FieldClass.INTERNAL,
        PatrolFinding,
        ("note",),
        VISITING,
        STATUTORY,
        2 * 365,
        lambda before: PatrolFinding.patrol_id.in_(select(Patrol.id).where(Patrol.received_at < before)),
        {},
        left=PatrolFinding.note.is_not(None),
        empty={"note": None},
    ),
)
"""Of visits and patrols."""


settled = Op.status != str(Status.WAITING)
OF_PHONES_AND_LOGS: tuple[Kept, ...] = (
    Kept(
        "op_bodies",
        "手机操作原文",
        "raw operations of phones",
        FieldClass.SENSITIVE,
        Op,
        ("body_sealed", "result"),
        "核对离线数据不丢失、不重复",
        STATUTORY,
        180,
        lambda before: and_(settled, Op.received_at < before),
        {HoldOn.DEVICE: Op.device_id},
        floor=30,
        left=or_(Op.body_sealed.is_not(None), Op.result.is_not(None)),
        empty={"body_sealed": None, "result": null()},
    ),
    Kept(
        "op_clashes",
        "同号操作第二份原文",
        "second bodies under one operation id",
        FieldClass.SENSITIVE,
        OpClash,
        ("body_sealed",),
        "核对离线数据不丢失、不重复",
        STATUTORY,
        180,
        since(OpClash.at),
        {HoldOn.DEVICE: OpClash.device_id},
        floor=30,
    ),
    Kept(
        "sealed_outboxes",
        "手机封存的未上传数据",
        "what revoked phones handed in",
        FieldClass.SENSITIVE,
        SealedOutbox,
        ("body_sealed",),
        "核对离线数据不丢失、不重复",
        STATUTORY,
        180,
        since(SealedOutbox.decided_at),
        {HoldOn.DEVICE: SealedOutbox.device_id},
        floor=30,
    ),
    Kept(
        "phone_photos",
        "手机上传的照片",
        "photos sent by phones",
        FieldClass.PERSONAL,
        Media,
        ("sha256",),
        VISITING,
        STATUTORY,
        365,
        since(Media.at),
        {HoldOn.DEVICE: Media.device_id},
        floor=30,
    ),
    Kept(
        "reads",
        "个人信息查阅日志",
        "the log of reads",
        FieldClass.INTERNAL,
        PersonalRead,
        ("purpose", "subject_ids"),
        SECURITY,
        LOGS,
        3 * 365,
        since(PersonalRead.at),
        {HoldOn.ACCOUNT: PersonalRead.account_id},
        floor=HALF_YEAR,
    ),
    Kept(
        "person_requests",
        "本人行使权利的申请",
        "requests of persons",
        FieldClass.PERSONAL,
        PersonRequest,
        ("said_sealed", "reason_sealed"),
        "答复个人信息权利申请",
        "PIPL 50、56:评估与处理记录至少三年",
        3 * 365,
        since(PersonRequest.decided_at),
        {HoldOn.HOUSEHOLD: PersonRequest.household_id},
        floor=3 * 365,
        left=or_(PersonRequest.said_sealed.is_not(None), PersonRequest.reason_sealed.is_not(None)),
        empty={"said_sealed": None, "reason_sealed": None},
    ),
)
"""Of what phones sent, and of the logs themselves."""
