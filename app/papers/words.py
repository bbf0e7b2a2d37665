"""Words printed on papers that no screen says."""

DRAFT = "未编号"
NONE = "—"
LINKS = {"signed": "签收", "contacted": "首次联系", "reported_in": "报到", "finished": "办结"}
RESULTS = {"on_time": "按时", "late": "超时", "never": "未完成"}
MODES = {"on_site": "到场", "at_meeting": "参会", "online": "线上"}
ROLES = {"lead": "主办", "assist": "协办"}
CHANNELS = {
    "qr": "扫码", "worker": "网格员代报", "patrol": "巡查", "meeting": "会议", "hotline": "12345热线",
    "open311": "开放接口", "department": "部门转来", "import": "导入",
}  # fmt: skip
OUTCOMES = {
    "solved": "已解决", "interim": "阶段性解决", "explained": "已解释说明", "refused": "不予办理",
    "fixed_on_spot": "当场解决", "mediated": "调解成功", "mediation_failed": "调解未成",
}  # fmt: skip
VERDICTS = {"solved": "已解决", "partly": "部分解决", "not_solved": "未解决"}
SATISFACTION = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
TITLES_EN = {
    "supervision_order": "supervision order", "archive": "record of the matter", "whistle": "whistle",
    "countersign": "countersigning sheet", "receipt": "receipt of the report-in",
}  # fmt: skip
