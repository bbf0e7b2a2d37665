"""The reasons of a route in words, from the codes that are stored with the issue."""

from typing import Any

from app.issues.routing import Choice
from app.issues.schemas import AgreementSaid, CandidateOut, HolderOut, PlaceOut, ReasonOut
from app.issues.situation import Situation
from app.people.models import Role

ROLE_WORDS: dict[str, tuple[str, str]] = {
    Role.BUILDING_LEADER: ("楼栋长", "building leader"),
    Role.GRID_WORKER: ("网格员", "grid worker"),
    Role.GRID_LEADER: ("网格长", "grid leader"),
    Role.COMMUNITY_OFFICER: ("社区工作人员", "community officer"),
    Role.COMMUNITY_SECRETARY: ("社区书记", "community secretary"),
    Role.STREET_DISPATCHER: ("街道调度员", "street dispatcher"),
    Role.STREET_SECRETARY: ("街道书记", "street secretary"),
    Role.DISTRICT_SUPERVISOR: ("区县督办员", "district supervisor"),
    Role.DISTRICT_ADMIN: ("区县管理员", "district administrator"),
    Role.PIONEER: ("先锋员", "pioneer"),
    Role.ORDER_AIDE: ("治安员", "order aide"),
    Role.CLEANER: ("保洁员", "cleaner"),
    Role.DEPARTMENT_OFFICER: ("部门经办人", "department officer"),
    Role.DEPARTMENT_HEAD: ("部门负责人", "department head"),
    Role.AUDITOR: ("审计员", "auditor"),
    Role.PUBLIC: ("反映人", "reporter"),
    Role.SYSTEM: ("系统", "system"),
    "desk": ("待定位、待派单列表", "the desk list"),
}
WHY_WORDS: dict[str, tuple[str, str]] = {
    "holds": ("{zh}在岗,由其承办。", "The {en} holds the post and takes it."),
    "deputy": ("{zh}离岗,由代理人承办。", "The {en} is away; the deputy takes it."),
    "no_post": ("没有在岗的{zh}。", "Nobody holds the post of {en}."),
    "away_without_deputy": ("{zh}离岗且未指定代理人。", "The {en} is away without a deputy."),
    "recused": ("{zh}涉及被反映方,回避。", "The {en} is in the respondent's line and stands aside."),
    "did_not_sign": ("{zh}未按时签收。", "The {en} did not sign in time."),
    "on_duty": ("由值班的{zh}承办。", "The {en} on duty takes it."),
    "handed_up": ("上报至{zh}。", "Handed up to the {en}."),
    "took_over": ("由{zh}提级办理。", "The {en} has taken it over."),
    "nobody": ("无人可承办,列入{zh}。", "Nobody can take it; it is on {en}."),
    "designated": ("由{zh}人工分派。", "Assigned by hand by the {en}."),
}

LED = ("按边界协议由{name}牵头({basis})。", "By a border agreement {name} leads here ({basis}).")


def in_words(reason: dict[str, str]) -> ReasonOut:
    """One reason with its two sentences."""
    zh, en = ROLE_WORDS.get(reason["role"], (reason["role"], reason["role"]))
    said_zh, said_en = WHY_WORDS[reason["why"]]
    return ReasonOut(role=reason["role"], why=reason["why"], zh=said_zh.format(zh=zh), en=said_en.format(en=en))


def stored(situation: Situation, choice: Choice) -> dict[str, Any]:
    """What is kept with the issue, so that the reply can be rebuilt and the choice explained for ever."""
    boundary = situation.area["boundary_id"] if situation.located else None
    return {
        "place": {
            "placement": situation.placement,
            "by": situation.by,
            "chain": situation.chain,
            "boundary_id": str(boundary) if boundary else None,
            "boundary_version": situation.area["boundary_version"] if boundary else None,
            "candidates": situation.candidates,
            "outside": situation.outside,
            "agreement": situation.agreement,
        },
        "holder": holder(choice),
        "reasons": list(choice.reasons),
    }


def _led(agreement: dict[str, str]) -> ReasonOut:
    zh, en = (one.format(**agreement) for one in LED)
    return ReasonOut(role="desk", why="border_agreement", zh=zh, en=en)


def holder(choice: Choice) -> dict[str, Any] | None:
    """The holder as stored."""
    if choice.post_id is None:
        return None
    return {
        "post_id": str(choice.post_id),
        "role": choice.role,
        "deputy": choice.reasons[-1]["why"] == "deputy",
    }


def place_out(kept: dict[str, Any]) -> PlaceOut:
    """The place of a stored explanation."""
    place = kept["place"]
    touched = [CandidateOut(**candidate) for candidate in place["candidates"]]
    led = place.get("agreement")
    said = {**place, "candidates": touched, "agreement": AgreementSaid(**led) if led else None}
    return PlaceOut(**said, near_border=len(touched) > 1)


def holder_out(kept: dict[str, Any]) -> HolderOut | None:
    """The holder of a stored explanation."""
    return HolderOut(**kept["holder"]) if kept["holder"] else None


def reasons_out(kept: dict[str, Any]) -> list[ReasonOut]:
    """The reasons of a stored explanation in words; first of all whom a border agreement lets lead there."""
    led = kept["place"].get("agreement")
    first = [] if led is None else [_led(led)]
    return first + [in_words(reason) for reason in kept["reasons"]]
