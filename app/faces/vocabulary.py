"""Every closed list a face may show, by name: the words live with their features and are only gathered here."""

from collections.abc import Mapping
from typing import Any

from app.changes import words as of_changes
from app.dispatch import words as of_orders
from app.faces.schemas import WordOut
from app.figures import words as of_figures
from app.grid.models import GridKind
from app.issues.explaining import ROLE_WORDS
from app.issues.kinds import AreaRole, Channel, Closing, LinkKind, Outcome, Triage, Verdict
from app.issues.words import LATER_WORDS, LIST_WORDS
from app.issues.words import STATE_WORDS as ISSUE_STATES
from app.issues.words import STEP_WORDS as ISSUE_STEPS
from app.notices.wording import CLOCK_WORDS
from app.people.models import UnitKind
from app.sync.briefing import LISTS as OF_PHONES
from app.whistles import words as of_whistles
from app.whistles.kinds import BoundBy, GuestKind, Link, Mode, Result, Side, Source, UnitRole

LEVELS = {
    "district": ("区县", "district"), "street": ("街道", "street"), "community": ("社区", "community"),
    "grid": ("网格", "grid"), "building_group": ("楼栋", "building group"),
}  # fmt: skip
GRID_KINDS = {GridKind.GENERAL: ("综合网格", "general grid"), GridKind.DEDICATED: ("专属网格", "dedicated grid")}
OUTCOMES: dict[str, tuple[str, str]] = {
    Outcome.SOLVED: ("已解决", "solved"),
    Outcome.INTERIM: ("阶段性解决", "solved for the time being"),
    Outcome.EXPLAINED: ("已解释说明", "explained"),
    Outcome.REFUSED: ("不予支持", "refused"),
    Outcome.FIXED_ON_SPOT: ("现场解决", "fixed on the spot"),
    Outcome.EMERGENCY_PASSED: ("已转紧急", "passed to an emergency service"),
    Outcome.CHANNEL_TOLD: ("已告知渠道", "told the proper channel"),
    Outcome.REPEAT_TOLD: ("重复反映已告知", "told how the repeated matter stands"),
    Outcome.SECRECY_EXPLAINED: ("涉密已说明", "explained why it is secret"),
    Outcome.BEYOND_DUTY: ("超出职责", "beyond public duty"),
    Outcome.UNLAWFUL: ("诉求不合法", "unlawful"),
    Outcome.MEDIATED: ("调解成功", "mediated"),
    Outcome.MEDIATION_FAILED: ("调解未成", "mediation failed"),
    Outcome.TURNED: ("已转为其他事项", "turned into something else"),
    Outcome.PASSED_UPSTREAM: ("已报上级", "passed upstream"),
    Outcome.TRANSFERRED: ("已移送", "transferred"),
}
CLOSINGS: dict[str, tuple[str, str]] = {
    Closing.WORD: ("反映人评价办结", "by the reporter's word"),
    Closing.UNREACHABLE: ("多次联系不上", "reporter unreachable"),
    Closing.NO_WORD: ("到期未评价", "no word in time"),
    Closing.REASONED: ("说明后办结", "with reasons, approved"),
    Closing.ON_SPOT: ("现场解决", "fixed on the spot"),
    Closing.UPSTREAM: ("上级办结", "closed upstream"),
    Closing.TRANSFERRED: ("已移送", "transferred"),
}
WAYS = {
    "phone": ("电话", "by phone"), "door": ("上门", "in person"), "message": ("短信、留言", "by message"),
    "secured": ("已先行排险", "danger removed"), "visit": ("上门", "in person"), "online": ("线上", "online"),
    "other": ("其他", "other"),
}  # fmt: skip
SATISFACTION = {
    "5": ("非常满意", "very satisfied"), "4": ("满意", "satisfied"), "3": ("基本满意", "fairly satisfied"),
    "2": ("不满意", "dissatisfied"), "1": ("非常不满意", "very dissatisfied"),
}  # fmt: skip
EXCLUSIONS = {
    "consult": ("咨询类", "a question"), "beyond_duty": ("超出职责", "beyond public duty"),
    "unlawful": ("诉求不合法", "unlawful"), "merged": ("已并单", "merged"),
    "unreachable": ("联系不上", "unreachable"),
}  # fmt: skip
SCORES: dict[str, tuple[str, str]] = {
    Result.ON_TIME: ("按时", "on time"),
    Result.LATE: ("超时", "late"),
    Result.NEVER: ("未完成", "never"),
    Result.RATED: ("已评价", "rated"),
    Result.VALID: ("有效吹哨", "valid"),
    Result.DUPLICATE: ("重复吹哨", "duplicate"),
    Result.FALSE: ("不实吹哨", "false"),
    Result.OWN_DUTY: ("应自行解决", "should have done it itself"),
}
NEW: Mapping[str, Mapping[Any, tuple[str, str]]] = {
    "area_level": LEVELS,
    "grid_kind": GRID_KINDS,
    "role": ROLE_WORDS,
    "issue_state": ISSUE_STATES,
    "issue_step": ISSUE_STEPS,
    "issue_list": LIST_WORDS,
    "area_change_kind": of_changes.KIND_WORDS,
    "area_change_state": of_changes.STATE_WORDS,
    "area_change_step": of_changes.STEP_WORDS,
    "area_change_fate": of_changes.FATE_WORDS,
    "area_change_count": of_changes.COUNT_WORDS,
    "later_reason": LATER_WORDS,
    "issue_channel": {
        Channel.QR: ("扫码", "QR page"), Channel.WORKER: ("网格员代录", "entered by a worker"),
        Channel.PATROL: ("巡查", "patrol"), Channel.MEETING: ("会议", "meeting"),
        Channel.HOTLINE: ("12345热线", "12345 hotline"), Channel.OPEN311: ("Open311", "Open311"),
        Channel.DEPARTMENT: ("部门", "department"), Channel.IMPORT: ("导入", "import"),
    },
    "outcome": OUTCOMES,
    "closing": CLOSINGS,
    "triage": {
        Triage.ANSWER_NOW: ("当场答复", "answer now"), Triage.COORDINATE: ("协调解决", "coordinate"),
        Triage.STUDY: ("研究方案", "study, make a plan"), Triage.CANNOT_NOW: ("暂不能解决", "cannot now"),
    },
    "verdict": {
        Verdict.SOLVED: ("解决了", "solved"), Verdict.PARTLY: ("部分解决", "partly solved"),
        Verdict.NOT_SOLVED: ("没有解决", "not solved"),
    },
    "satisfaction": SATISFACTION,
    "way": WAYS,
    "exclusion": EXCLUSIONS,
    "link_kind": {
        LinkKind.PROJECT: ("书记项目", "project"), LinkKind.MEETING: ("议事会议", "meeting"),
        LinkKind.SERVICE_ORDER: ("服务点单", "service order"), LinkKind.FINDING: ("巡查发现", "finding"),
        LinkKind.ISSUE: ("关联诉求", "another issue"),
    },
    "area_role": {AreaRole.AFFECTED: ("受影响", "affected"), AreaRole.CAUSE: ("成因所在", "where the cause lies")},
    "clock": CLOCK_WORDS,
    "order_state": of_orders.STATE_WORDS,
    "order_step": of_orders.STEP_WORDS,
    "ground": {
        "not_our_duty": ("非本单位职责", "not our duty"), "not_our_area": ("不在本辖区", "not our area"),
        "no_legal_basis": ("无法律依据", "no legal basis"), "duplicate": ("重复派单", "dispatched twice"),
    },
    "whistle_state": of_whistles.STATE_WORDS,
    "whistle_step": of_whistles.WHISTLE_STEPS,
    "report_in_state": of_whistles.STATE_WORDS,
    "report_in_step": of_whistles.REPORT_IN_STEPS,
    "task_step": of_whistles.TASK_STEPS,
    "whistle_task_state": {
        "open": ("进行中", "open"), "done": ("已完成", "done"), "held_open": ("挂账", "held open"),
    },
    "whistle_source": {
        Source.ISSUES: ("群众诉求", "residents' issues"), Source.NEGATIVE_LIST: ("负面清单", "negative list"),
        Source.INSPECTION: ("巡查检查", "inspection"), Source.KEY_WORK: ("重点工作", "key work"),
    },
    "unit_role": {UnitRole.LEAD: ("主办", "lead"), UnitRole.ASSIST: ("协办", "assist")},
    "unit_kind": {
        UnitKind.OFFICE: ("街道、社区", "street or community"), UnitKind.DEPARTMENT: ("部门", "department"),
        UnitKind.STATIONED: ("派驻机构", "stationed unit"), UnitKind.INSTITUTION: ("驻区单位", "institution"),
        UnitKind.PROPERTY_FIRM: ("物业企业", "property firm"),
        UnitKind.OWNERS_COMMITTEE: ("业主委员会", "owners' committee"),
        UnitKind.VOLUNTEER_TEAM: ("志愿队伍", "volunteer team"), UnitKind.ENTERPRISE: ("企业", "enterprise"),
    },
    "bound_by": {
        BoundBy.DISTRICT: ("区属", "the district"), BoundBy.VERTICAL: ("垂管", "its own superior"),
        BoundBy.CITY: ("市属", "the city"), BoundBy.CONTRACT: ("合同约定", "a contract"),
    },
    "arrival_mode": {
        Mode.ON_SITE: ("到现场", "on site"), Mode.AT_MEETING: ("到会", "at the meeting"),
        Mode.ONLINE: ("线上", "online"),
    },
    "guest_kind": {
        GuestKind.DEPARTMENT: ("部门", "department"), GuestKind.COMMUNITY: ("社区", "community"),
        GuestKind.COMPANY: ("企业", "company"), GuestKind.RESIDENT: ("居民", "residents"),
        GuestKind.OTHER: ("其他", "other"),
    },
    "link": {
        Link.SIGNED: ("签收", "signed"), Link.CONTACTED: ("联系", "contacted"),
        Link.REPORTED_IN: ("到场", "reported in"), Link.FINISHED: ("完成", "finished"),
        Link.RATING: ("评价", "rating"), Link.WHISTLE: ("吹哨", "whistle"),
    },
    "supervised": of_figures.SUPERVISED_WORDS,
    "rate": of_figures.RATE_WORDS,
    "denominator": of_figures.DENOMINATOR_WORDS,
    "numerator": of_figures.NUMERATOR_WORDS,
    "apart": of_figures.APART_WORDS,
    "score_result": SCORES,
    "score_side": {Side.DEPARTMENT: ("报到单位", "unit called"), Side.STREET: ("吹哨街道", "whistling street")},
}  # fmt: skip


def lists() -> dict[str, list[WordOut]]:
    """Every list by its name; what phones are told is among them, under the same names."""
    return {
        name: [WordOut(code=str(code), zh=zh, en=en) for code, (zh, en) in words.items()]
        for name, words in {**OF_PHONES, **NEW}.items()
    }
