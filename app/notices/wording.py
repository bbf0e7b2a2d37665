"""What a notice says, by its kind and the clock it is about; never a word of a reporter or a colleague."""

KIND_WORDS: dict[str, tuple[str, str]] = {
    "assigned": ("有新事项分派给您,请签收。", "A matter was given to you; sign for it."),
    "sign_missed": ("未按时签收,事项已转交下一岗位。", "It was not signed for in time and went to the next post."),
    "taken_away": ("事项已改由其他岗位承办。", "The matter was given to another post."),
    "gap": (
        "该地段有岗位空缺或无人代理,请补充。",
        "Posts here are empty or without a deputy; fill them.",
    ),
    "before_due": ("{clock}即将到期。", "The limit of {clock} ends soon."),
    "due": ("{clock}已到期。", "The limit of {clock} has ended."),
    "overdue": ("{clock}已超期,请督促。", "The limit of {clock} has passed; see to it."),
    "long_overdue": (
        "{clock}长期超期,请区级督办。",
        "The limit of {clock} passed long ago; act on it.",
    ),
    "handed_up": ("下级上报的事项,请签收。", "A matter was handed up to you; sign for it."),
    "taken_over": ("上级已提级办理该事项。", "A superior has taken the matter over."),
    "dispatched": ("有新派单,请签收。", "A matter was dispatched to your unit; sign for it."),
    "copied": ("有派单直达下级单位,请知悉并督促。", "A matter was dispatched below you; you may see it."),
    "deemed_signed": ("超时未签收,视为已签收。", "It was not signed for in time and counts as signed."),
    "assigned_inside": ("本单位已指定您承办。", "Your unit has given the matter to you."),
    "handed_in": ("答复待审核发布。", "An answer waits to be released."),
    "sent_back": ("答复被退回,请修改。", "The answer was sent back; mend it."),
    "review_opened": ("审核超时,可由本单位其他人员发布。", "The review is late; another officer may release."),
    "objected": ("承办单位提出异议,请裁定。", "The unit objects; decide who has it."),
    "designated": ("已指定本单位承办,请继续办理。", "Your unit was designated; go on with it."),
    "arbiter_silent": ("异议逾期未裁定,暂由原单位承办。", "Nobody decided in time; the unit goes on meanwhile."),
    "released": ("本单位已解除承办。", "Your unit no longer has the matter."),
    "order_recalled": ("派单已收回,无需继续办理。", "The dispatch was called back; it ends here."),
    "passed_on": ("派单已转由其他单位承办。", "The matter was passed on to another unit."),
    "recalled": ("派单已收回,请重新安排。", "The dispatch was called back; arrange it anew."),
    "unit_answered": ("承办单位已答复,请安排回访。", "The unit has answered; the reporter has to be asked."),
    "check_wanted": ("承办已完成,请现场核查。", "It is said to be done; look at the place."),
    "reworked": ("办理结果未获认可,请重新办理。", "The result was not accepted; it has to be done again."),
    "reopened": ("事项被重新反映,请继续办理。", "The matter was reported again; go on with it."),
    "supervised": ("事项已列入督办。", "The matter is supervised from now on."),
    "received_back": ("移送被退回,请继续办理。", "The transfer came back; go on with it."),
    "returned_upstream": ("上级退回工单,请重新办理。", "The order came back from upstream; do it again."),
    "extension_asked": ("有延期申请待审批。", "More time is asked for; decide."),
    "extended": ("延期申请已批准。", "More time was granted."),
    "extension_refused": ("延期申请未获批准。", "More time was refused."),
    "held_open": ("事项已挂账,到期自动恢复办理。", "The matter is held open and comes back on its date."),
    "resumed": ("挂账事项已恢复办理。", "The matter that was held open goes on."),
    "close_asked": ("有说明办结申请待审批。", "A reasoned close is asked for; decide."),
    "exclusion_asked": ("有剔除统计申请待审批。", "An exclusion from the rates is asked for; decide."),
    "review_requested": ("反映人申请复核不予受理决定。", "The reporter asks for a review of the refusal."),
    "screening": ("有疑似重复或骚扰的诉求待核。", "A suspicious report waits for screening."),
    "owners_missing": (
        "有超期事项无人负责,请立即落实。",
        "Late matters have no owner; see to it now.",
    ),
}
CLOCK_WORDS: dict[str, tuple[str, str]] = {
    "sign": ("签收时限", "signing"),
    "contact": ("首次联系时限", "the first contact"),
    "solve": ("办理时限", "solving"),
    "plan": ("方案时限", "the plan"),
    "desk": ("派单台时限", "the desk"),
    "screening": ("待核时限", "screening"),
    "revisit": ("回访时限", "the revisit"),
    "verifying": ("核查时限", "verification"),
    "approval": ("审批时限", "approval"),
    "appeal": ("复核时限", "the review"),
    "submitted": ("上级审核时限", "the answer from upstream"),
    "transferred": ("移送确认时限", "the transfer"),
    "sample": ("抽查时限", "the sample"),
    "follow_up": ("跟进时限", "the follow-up"),
    "review": ("挂账复查日", "the review date"),
    "order_sign": ("单位签收时限", "the unit's signing"),
    "order_contact": ("单位联系时限", "the unit's first contact"),
    "order_solve": ("单位办理时限", "the unit's solving"),
    "assist": ("协办时限", "the assistance"),
    "arrive": ("到场时限", "arriving"),
    "report_in": ("报到时限", "reporting in"),
    "finish": ("完成时限", "finishing"),
    "task": ("任务时限", "the task"),
}
OTHER_CLOCK = ("时限", "a clock")


def words_of(kind: str, part: str | None) -> tuple[str, str]:
    """The Chinese and the English sentence of a notice."""
    zh, en = KIND_WORDS[kind]
    clock_zh, clock_en = CLOCK_WORDS.get(part or "", OTHER_CLOCK)
    return zh.format(clock=clock_zh), en.format(clock=clock_en)
