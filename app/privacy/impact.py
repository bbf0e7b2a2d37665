"""The impact assessment 个人信息保护影响评估, written from the inventory and the rows (PIPL 55-56)."""

import io
from collections.abc import Sequence

import xlsxwriter
from sqlalchemy import func, select

from app.core.clock import SHANGHAI
from app.core.work import Work
from app.people.capabilities import HELD_BY, Capability
from app.privacy.inventory import INVENTORY
from app.privacy.kinds import FieldClass
from app.privacy.retention import due
from app.privacy.schemas import AssessedOut

READ_WITH: dict[str, Capability] = {
    "reporter_contact": Capability.UNMASK_REPORTER,
    "residents": Capability.UNMASK_RESIDENTS,
    "care_needs": Capability.CARE_NEEDS,
    "household_notes": Capability.SEE_HOUSEHOLDS,
    "review_offers": Capability.ARRANGE_HOUSEHOLDS,
    "opt_outs": Capability.SEE_HOUSEHOLDS,
    "visit_words": Capability.MAKE_VISITS,
    "visit_revisions": Capability.MAKE_VISITS,
    "visit_photos": Capability.MAKE_VISITS,
    "patrol_notes": Capability.MAKE_VISITS,
    "reads": Capability.AUDIT_READS,
    "person_requests": Capability.ANSWER_REQUESTS,
}
OF_ISSUES = ("issue_words", "issue_place", "remarks", "order_answers", "issue_photos", "order_evidence")
OF_WHISTLES = (
    "whistle_words", "whistle_remarks", "surveys", "survey_guests", "arrivals", "task_photos", "refusal_evidence",
)  # fmt: skip
CLASS_WORDS = {FieldClass.INTERNAL: "内部", FieldClass.PERSONAL: "个人信息", FieldClass.SENSITIVE: "敏感个人信息"}
END_WORDS = {"delete": "删除", "anonymise": "匿名化"}
MEASURES = (
    ("最小权限", "每个表声明一次可见范围,由会话强制;越权一律视为不存在(R6.2)"),
    ("默认脱敏", "列表、导出、地图、日志只含脱敏值;查看原文须选目的并留痕(R6.1)"),
    ("加密存储", "姓名、电话、证件号、备注加密(AES-GCM),检索只用带密钥的散列(PIPL 51)"),
    ("查阅审计", "每次查阅写一行不可修改的日志,审计员可查,本人可要求告知(R6.3)"),
    ("到期清除", "按类别设期限,到期匿名化或删除,依法保全除外,每次运行有记录(R6.4)"),
    ("手机端", "只下发在岗网格数据,身份证仅末四位,吊销即擦除(SYNC 3e)"),
    ("泄露处置", "按账号、手机、岗位和时间段列出被查阅记录,用于告知本人和主管部门(PIPL 57)"),
)
HEADER = (
    *("代码", "类别", "分级", "字段", "处理目的", "合法性基础", "可查看岗位"),
    *("保存天数", "到期处理", "现有条数", "到期未清", "保全中"),
)


def readers_of(code: str) -> list[str]:
    """The roles that may read a class; nobody reads what phones sent or a bare operation."""
    right = READ_WITH.get(code)
    if code in OF_ISSUES:
        right = Capability.SEE_ISSUES
    if code in OF_WHISTLES:
        right = Capability.SEE_WHISTLES
    return sorted(str(role) for role in HELD_BY[right]) if right else []


async def assess(work: Work) -> list[AssessedOut]:
    """Every class with purpose, basis, readers, period, and how many rows there are now."""
    told = []
    for line in await due(work):
        kept = INVENTORY[line.code]
        rows = select(func.count()).select_from(kept.model)
        if kept.left is not None:
            rows = rows.where(kept.left)
        told.append(
            AssessedOut(
                code=line.code,
                zh=line.zh,
                en=line.en,
                field_class=line.field_class,
                fields=list(kept.columns),
                purpose=kept.purpose,
                basis=kept.basis,
                readers=readers_of(line.code),
                days=line.days,
                at_end=line.at_end,
                rows=await work.session.scalar(rows) or 0,
                due=line.due,
                held=line.held,
            )
        )
    return told


def about(work: Work) -> list[tuple[str, str]]:
    """The sheet 说明: of when, and the measures that stand."""
    at = work.clock.now().astimezone(SHANGHAI)
    return [("评估时间", f"{at:%Y-%m-%d %H:%M}"), ("区县", work.district), ("留存", "本报告至少保存三年(PIPL 56)"),
            *MEASURES]  # fmt: skip


def write(lines: Sequence[AssessedOut], notes: Sequence[tuple[str, str]]) -> bytes:
    """The assessment as a workbook; every cell is text or a plain number."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        page = book.add_worksheet("个人信息清单")
        for place, name in enumerate(HEADER):
            page.write_string(0, place, name, bold)
        for number, line in enumerate(lines, start=1):
            for place, cell in enumerate(cells(line)):
                page.write_string(number, place, cell)
        page.freeze_panes(1, 2)
        page.autofilter(0, 0, len(lines), len(HEADER) - 1)
        page.set_column(0, len(HEADER) - 1, 18)
        said = book.add_worksheet("说明与措施")
        for number, (name, text) in enumerate(notes):
            said.write_string(number, 0, name, bold)
            said.write_string(number, 1, text)
        said.set_column(0, 1, 60)
    return out.getvalue()


def cells(line: AssessedOut) -> tuple[str, ...]:
    """One class as a person reads it."""
    return (
        line.code, line.zh, CLASS_WORDS[line.field_class], ", ".join(line.fields), line.purpose, line.basis,
        ", ".join(line.readers) or "无", str(line.days), END_WORDS[line.at_end], str(line.rows), str(line.due),
        str(line.held),
    )  # fmt: skip
