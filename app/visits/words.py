"""The words for visits, their results and ways, Chinese first; every face and every sheet takes them from here."""

from app.visits.kinds import Advice, Finding, Period, Result, TaskState, VisitKind, Way

KIND_WORDS: dict[str, tuple[str, str]] = {
    VisitKind.VISIT: ("走访", "visit"),
    VisitKind.FOLLOW_UP: ("健康随访", "health follow-up"),
    VisitKind.PUBLICITY: ("普法宣传", "law publicity"),
    VisitKind.SAFETY_CHECK: ("安全检查", "safety check"),
    VisitKind.INFORMATION: ("信息告知", "information"),
}
RESULT_WORDS: dict[str, tuple[str, str]] = {
    Result.MET: ("见到", "met"),
    Result.NOT_HOME: ("不在家", "not at home"),
    Result.REFUSED: ("拒访", "refused"),
}
WAY_WORDS: dict[str, tuple[str, str]] = {
    Way.DOOR: ("上门", "at the door"),
    Way.PHONE: ("电话", "by phone"),
    Way.VIDEO: ("视频", "by video"),
}
ADVICE_WORDS: dict[str, tuple[str, str]] = {
    Advice.MEASURED: ("已测量", "measured"),
    Advice.ADVISED: ("已指导", "advised"),
    Advice.REFERRED: ("已转介", "referred"),
}
STATE_WORDS: dict[str, tuple[str, str]] = {
    TaskState.OPEN: ("待走访", "open"),
    TaskState.COVERED: ("已走访", "covered"),
    TaskState.REFUSED: ("拒访", "refused"),
    TaskState.CANCELLED: ("已取消", "cancelled"),
}
PERIOD_WORDS: dict[str, tuple[str, str]] = {
    Period.WEEK: ("周访", "weekly visit"),
    Period.MONTH: ("月访", "monthly visit"),
    Period.QUARTER: ("季访", "quarterly visit"),
    Period.ONCE: ("专访", "visit after a change"),
}
FINDING_WORDS: dict[str, tuple[str, str]] = {
    Finding.FINE: ("正常", "fine"),
    Finding.MENDED: ("当场处理", "mended on the spot"),
    Finding.REPORTED: ("已上报", "reported"),
    Finding.NOT_REACHED: ("未到达", "not reached"),
}
