"""The words for an order's states and steps and for the reasons of a proposal, Chinese first."""

from app.dispatch.kinds import Level, OrderState

STATE_WORDS: dict[str, tuple[str, str]] = {
    OrderState.ISSUED: ("待签收", "waiting to be signed for"),
    OrderState.SIGNED: ("已签收", "signed for"),
    OrderState.HANDLING: ("办理中", "being handled"),
    OrderState.IN_REVIEW: ("待审核", "in review"),
    OrderState.OBJECTED: ("异议中", "objected to"),
    OrderState.DONE: ("已反馈", "done"),
    OrderState.RELEASED: ("已改派", "released"),
    OrderState.RECALLED: ("已收回", "recalled"),
}
STEP_WORDS: dict[str, tuple[str, str]] = {
    "issue": ("派单", "issue"),
    "sign": ("签收", "sign for it"),
    "unsign": ("撤销签收", "undo the signing"),
    "deem_sign": ("视为签收", "deem it signed for"),
    "assign_inside": ("内部分派", "assign inside the unit"),
    "hand_over": ("交接", "hand over"),
    "contact": ("联系", "contact"),
    "contact_meanwhile": ("异议期间先行联系", "contact while it is objected to"),
    "stage_report": ("阶段反馈", "report a stage"),
    "finish": ("反馈办结", "finish"),
    "hand_in": ("送审", "hand in for review"),
    "release_answer": ("审核通过", "release the answer"),
    "send_back": ("审核退回", "send back"),
    "open_review": ("审核超时放开", "open the review to the unit"),
    "object": ("提出异议", "object"),
    "designate": ("指定承办", "designate"),
    "bind_meanwhile": ("裁定超时暂由其承办", "bind for the time being"),
    "release": ("解除承办", "release"),
    "rework": ("重办", "rework"),
    "recall": ("收回", "recall"),
    "remind": ("催办", "remind"),
}
LEVEL_WORDS: dict[str, tuple[str, str]] = {
    Level.DISTRICT: ("区县", "district"),
    Level.STREET: ("街道", "street"),
    Level.COMMUNITY: ("社区", "community"),
}
WHY_WORDS: dict[str, tuple[str, str]] = {
    "listed": ("派单目录列明由{unit}承办。", "The catalogue names {unit}."),
    "listed_above": ("派单目录中上级类别列明由{unit}承办。", "The catalogue names {unit} for the category above."),
    "unowned": ("目录中无主,由{unit}牵头。", "The catalogue knows no owner; {unit} leads."),
    "not_listed": ("目录未列,由{unit}牵头研判。", "The catalogue does not list it; {unit} leads."),
    "no_category": ("尚未归类,由{unit}牵头研判。", "It has no category yet; {unit} leads."),
    "wish": (
        "心愿不按类别转执法单位,由{unit}牵头。",
        "A wish is not sent to an enforcing unit by its category; {unit} leads.",
    ),
    "owner_gone": ("目录所列单位已撤销,由{unit}牵头。", "The unit in the catalogue is dissolved; {unit} leads."),
    "unplaced": ("尚未定位,请先定位。", "It is not placed yet; locate it first."),
}
OTHER_WORDS: dict[str, tuple[str, str]] = {
    "assists": ("目录列为协办单位", "an assistant in the catalogue"),
    "above": ("上级类别的承办单位", "owner of the category above"),
    "street": ("街道本级牵头", "the street's own office"),
}
FOLLOWED = ("按派单目录派单", "as the catalogue says")
REASONS: tuple[tuple[str, str], ...] = (
    ("实际责任单位与目录不一致", "the real owner differs from the catalogue"),
    ("产权或管辖属于该单位", "it belongs to that unit"),
    ("该单位正在办理同类事项", "that unit is at the same matter already"),
    ("上级或联席会议指定", "designated from above or by a meeting"),
    ("类别待更正,先行派单", "the category is wrong and will be mended"),
)
OBJECTION_WORDS = (
    "异议只能提出一次,逾期不再受理;裁定前由本单位先行联系反映人、排除危险。",
    "An objection is raised once and in time; until it is decided the unit makes contact and removes danger.",
)
