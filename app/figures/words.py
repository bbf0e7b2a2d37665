"""The words for figures and for the lists of the supervision desk, Chinese first."""

from app.figures.kinds import Apart, Denominator, Numerator, Rate, Supervised

SUPERVISED_WORDS: dict[str, tuple[str, str]] = {
    Supervised.OVERDUE: ("已超期", "overdue"),
    Supervised.SOON: ("将到期", "due soon"),
    Supervised.OVER_HOPPED: ("多次流转或返工", "passed on or reworked often"),
    Supervised.DECISIONS: ("待审批", "waiting for a decision"),
    Supervised.DEEMED: ("视为签收", "deemed signed"),
    Supervised.REFUSED: ("异议与拒绝", "objected or refused"),
    Supervised.SUPERVISED: ("上级督办", "with the superior"),
    Supervised.DORMANT: ("长期无进展", "long without progress"),
    Supervised.HELD_REVIEW: ("挂账待复查", "held open, review due"),
    Supervised.OWNERLESS: ("无人负责", "nobody answers for it"),
    Supervised.PARKED: ("系统搁置", "stuck in the system"),
}
RATE_WORDS: dict[str, tuple[str, str]] = {
    Rate.CONTACT: ("响应率", "response rate"),
    Rate.SOLVE: ("解决率", "solution rate"),
    Rate.SATISFIED: ("满意率", "satisfaction rate"),
}
DENOMINATOR_WORDS: dict[str, tuple[str, str]] = {
    Denominator.ANSWERED: ("期内已答复的实名诉求", "named reports answered in the period"),
    Denominator.ASKED: ("期内办结的实名诉求", "named reports closed in the period"),
    Denominator.WORD_GIVEN: ("期内办结且反映人已评价", "closed in the period, and the reporter said a word"),
}
NUMERATOR_WORDS: dict[str, tuple[str, str]] = {
    Numerator.CONTACTED_IN_TIME: ("按时首次联系", "contacted in time"),
    Numerator.SOLVED: ("反映人均认为已解决", "every reporter says it is solved"),
    Numerator.SOLVED_OR_PARTLY: ("反映人均认为已解决或部分解决", "every reporter says solved or partly solved"),
    Numerator.SATISFIED: ("反映人均评基本满意及以上", "every reporter says fairly satisfied or better"),
    Numerator.WELL_SATISFIED: ("反映人均评满意及以上", "every reporter says satisfied or better"),
}
APART_WORDS: dict[str, tuple[str, str]] = {
    Apart.FIXED_ON_SPOT: ("现场解决", "fixed on the spot"),
    Apart.SAMPLED: ("现场解决被抽查", "of these, sampled"),
    Apart.SAMPLE_CONFIRMED: ("抽查属实", "sample confirmed"),
    Apart.SAMPLE_REFUTED: ("抽查不实", "sample refuted"),
    Apart.ANONYMOUS: ("匿名诉求", "anonymous reports"),
    Apart.ANONYMOUS_SOLVED: ("匿名诉求已解决", "anonymous, solved"),
    Apart.FINDINGS: ("巡查发现", "findings of patrols"),
    Apart.UNREACHABLE: ("多次联系不上", "reporter unreachable"),
    Apart.NO_WORD: ("到期未评价", "no word in time"),
    Apart.REASONED: ("说明后办结", "closed with reasons"),
    Apart.UPSTREAM: ("上级办结", "closed upstream"),
    Apart.TRANSFERRED: ("已移送", "transferred"),
    Apart.NOT_ACCEPTED: ("不予受理", "not accepted"),
    Apart.WITHDRAWN: ("已撤回", "withdrawn"),
    Apart.MERGED: ("已并单", "merged"),
}
