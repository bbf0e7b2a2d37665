"""Names of kinds, states and steps of a change of the ground, for people."""

from app.changes.kinds import AreaChangeKind, ChangeState

KIND_WORDS: dict[str, tuple[str, str]] = {
    AreaChangeKind.SPLIT: ("拆分", "split"),
    AreaChangeKind.MERGE: ("合并", "merge"),
    AreaChangeKind.REDRAW: ("调整界线", "redraw borders"),
    AreaChangeKind.MOVE: ("划转", "move"),
    AreaChangeKind.RENAME: ("更名", "rename"),
    AreaChangeKind.UPGRADE: ("村改居", "village becomes community"),
    AreaChangeKind.HAND_OVER: ("托管", "hand to another authority"),
    AreaChangeKind.OPEN: ("新设", "open"),
    AreaChangeKind.CLOSE: ("撤销", "close"),
}
FATE_WORDS: dict[str, tuple[str, str]] = {
    "begins": ("新设", "begins"),
    "ends": ("撤销", "ends"),
    "redrawn": ("界线调整", "redrawn"),
    "moved": ("改变隶属", "moved"),
    "renamed": ("名称、编码等变更", "renamed"),
    "stays": ("不变", "stays"),
}
COUNT_WORDS: dict[str, tuple[str, str]] = {
    "open_issues": ("在办诉求", "open issues"),
    "dwellings": ("房屋", "dwellings"),
    "households": ("户", "households"),
    "visit_tasks": ("待走访", "visits due"),
    "posts": ("岗位", "posts"),
}
STATE_WORDS: dict[str, tuple[str, str]] = {
    ChangeState.DRAFT: ("草稿", "draft"),
    ChangeState.SUBMITTED: ("待街道同意", "waits for the street"),
    ChangeState.STREET_AGREED: ("待区级批准", "waits for the district"),
    ChangeState.SCHEDULED: ("已批准、待生效", "approved, not yet in effect"),
    ChangeState.IN_EFFECT: ("已生效、移交中", "in effect, work moving over"),
    ChangeState.SETTLED: ("已完成", "settled"),
    ChangeState.DECLINED: ("未批准", "declined"),
    ChangeState.WITHDRAWN: ("已撤回", "withdrawn"),
}
STEP_WORDS: dict[str, tuple[str, str]] = {
    "draft": ("起草", "draft"),
    "redraft": ("修改草稿", "change the draft"),
    "submit": ("提交街道", "submit to the street"),
    "submit_to_district": ("提交区级", "submit to the district"),
    "agree": ("街道同意", "agree for the street"),
    "deem_agreed": ("街道逾期、视为同意", "pass on, the street being silent"),
    "approve": ("批准", "approve"),
    "decline": ("不予批准", "decline"),
    "withdraw": ("撤回", "withdraw"),
    "take_effect": ("生效", "take effect"),
    "stop": ("内容已不符、退回区级", "stop, the ground having changed"),
    "settle": ("移交完成", "settle"),
    "remind": ("催办", "remind"),
}
