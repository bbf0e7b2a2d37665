"""Compulsory field -> why it is needed and who says so. Where one form means another thing by it: `Form.field`."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """Why a field cannot be left out, in both languages, and the rule or article it comes from."""

    zh: str
    en: str
    source: str


PLACE = Need("确定事项或房屋所在网格", "to find the grid it lies in", "DOMAIN R3.1")
REASON = Need("说明理由,当事人和上级可核对", "the reason, for those concerned and those above", "DOMAIN R1.11")
TEXT = Need("告知反映人或承办人的内容", "what the reporter or the handler is told", "DOMAIN R5.4")
WHO = Need("确定由谁承办", "who has to act", "DOMAIN R1.8")
WHEN = Need("确定时限起止", "when a limit begins or ends", "DOMAIN R1.3")
WHAT_CAME = Need("办理或走访结果", "what came of it", "DOMAIN R4.2")
WAY = Need("区分联系方式(上门、电话、视频)", "how contact was made", "DOMAIN R1.4, R4.1")
ONE_OF_TWO = Need("两人先后修改时不丢失任何一方", "so that nothing is lost when two change it", "DOMAIN R4.4")
SESSION = Need("识别登录人或手机", "who or which phone is calling", "GB/T 22239-2019")
ONCE = Need("重复发送只生效一次", "so that what is sent twice has one effect", "DOMAIN R4.4")
SCORE = Need("双方互评", "both sides are scored", "DOMAIN R2.6")
RULE = Need("规则内容", "what the rule says", "DOMAIN R1.3")
SURVEY = Need("联合勘察记录", "the record of the joint survey", "DOMAIN R2.5")
PURPOSE = Need("查看个人信息的目的", "the purpose of looking at personal data", "PIPL 6, DOMAIN R6.3")
AREA = Need("所变更的区域和变更后的范围", "which ground is changed, and into what", "DOMAIN R3.8")
CHOSEN = Need("所办事项的对象", "what the act is about", "DOMAIN R5.1")

NEEDS: Mapping[str, Need] = {
    "amount": RULE, "unit": WHO, "NewLimit.unit": RULE, "clock": ONCE, "NewLimit.clock": RULE, "day": RULE,
    "working": RULE, "first_day": RULE, "last_day": RULE, "spans": RULE, "name": CHOSEN,
    "NewResident.name": Need("称呼与核对本人", "to address and recognise the person", "PIPL 6, DOMAIN R4.2"),
    "ReportInInput.name": Need("街道据此与到场的人联系", "whom the street may ask", "DOMAIN R2.4"),
    "app_build": SESSION, "device_id": SESSION, "batch_id": ONCE, "ops": ONCE, "op_ids": ONCE, "sent_at": ONCE,
    "mono_ms": ONCE, "session": ONCE, "refresh_token": SESSION, "username": SESSION, "password": SESSION,
    "last_seq": ONCE, "post": SESSION, "post_id": WHO,
    "area_code": PLACE, "lon": PLACE, "lat": PLACE, "point": PLACE, "place_text": SURVEY, "dwelling_id": PLACE,
    "category": Need("查找附近同类事项", "to find the same matter nearby", "DOMAIN R1.7"),
    "base_rev": ONE_OF_TWO, "came": WHAT_CAME, "confirmed": WHAT_CAME, "result": WHAT_CAME,
    "RateStreetInput.result": SCORE, "decision": WHAT_CAME, "upheld": WHAT_CAME, "verdict": WHAT_CAME,
    "satisfaction": Need("五级评价由反映人填写", "the reporter's own five levels", "DOMAIN R1.9"),
    "reached": WHAT_CAME, "findings": WHAT_CAME, "finding": WHAT_CAME, "point_id": CHOSEN,
    "consent": Need("敏感个人信息须单独同意", "sensitive data needs its own consent", "PIPL 29"),
    "decisions": SURVEY, "held_at": SURVEY, "participants": SURVEY, "mode": WAY, "way": WAY,
    "due_at": WHEN, "starts_at": WHEN, "ends_at": WHEN, "until": WHEN, "review_on": WHEN, "on": WHEN,
    "household_id": CHOSEN, "basis": RULE, "code": RULE, "period": RULE,
    "NewPlanRule.name": RULE,
    "evidence": REASON, "ground": REASON, "legal_basis": REASON, "note": REASON, "reason": REASON, "words": TEXT,
    "text": TEXT, "title": CHOSEN, "what": CHOSEN, "issue": CHOSEN, "into": CHOSEN, "kind": CHOSEN, "role": CHOSEN,
    "lead_unit": WHO, "to": WHO, "regulator": WHO, "residents": CHOSEN, "score_id": CHOSEN, "stars": SCORE,
    "subject_id": CHOSEN, "subject_kind": CHOSEN, "resident_id": CHOSEN, "days": RULE,
    "identity": Need("确认是本人或监护人在申请", "that it is the person who asks", "PIPL 50"),
    "list_id": CHOSEN, "fields": CHOSEN, "resident": CHOSEN, "step": CHOSEN, "expected_state": ONE_OF_TWO,
    "media_id": ONCE, "number": CHOSEN, "purpose": PURPOSE,
    "ids": CHOSEN, "query": CHOSEN, "lead_code": WHO, "other_code": WHO, "geometry": PLACE, "categories": RULE,
    "area": AREA, "areas": AREA, "by": AREA, "content": AREA, "pieces": AREA, "redrawn": AREA, "shape": AREA,
    "level": AREA, "parent": AREA, "governed_by": AREA,
    "WorkPhone.phone": Need("公示牌上供居民拨打的工作电话", "the work phone on a sign", "DOMAIN R1.1"),
    "use": Need("空置房屋另列,不计入走访", "empty doors are counted apart", "DOMAIN R4.5"),
}  # fmt: skip

ASKED_BY: Mapping[str, str] = {"phone": "NewResident", "id_number": "NewResident"}
"""Personal field -> the one form that asks a person for it; whatever else needs it reads what is known."""
OF_OTHERS: Mapping[str, str] = {
    "Contact": "a reporter need not live here, and may stay unknown",
    "WorkPhone": "a number of the office, not of a resident",
}
"""Forms whose field is another person's."""
