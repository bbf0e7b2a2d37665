"""The dry run 试导入 as text, JSON or one HTML file with a picture of each finding, in Chinese and English.

The HTML file stands alone: no script, no address outside it, a content security policy that allows its one style
sheet by its digest and nothing else.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from html import escape
from typing import Final

from app.core.clock import SHANGHAI
from app.core.errors import Invalid
from app.layers.findings import ACCEPTABLE, Code, Finding, Level
from app.layers.ground import Ground
from app.layers.pictures import Scene
from app.layers.plans import Plan
from app.layers.titles import TITLES

MOST_PICTURES: Final = 200
MOST_LINES: Final = 2_000  # of one kind in an HTML file; JSON and text hold all
LEVEL_WORDS: Final = {Level.ERROR: ("错误", "error"), Level.WARNING: ("提醒", "warning")}
STYLE: Final = """
body{font:15px/1.6 system-ui,"Noto Sans CJK SC",sans-serif;color:#1f2933}
body{margin:2rem auto;max-width:76rem;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #b8c0c8}
.error{color:#b71c1c}.warning{color:#8a5a00}.en{color:#52606d}
ol{list-style:none;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(23rem,1fr));gap:1rem}
li{border:1px solid #d5dae0;border-radius:6px;padding:.8rem;overflow-wrap:anywhere}
svg{max-width:100%;height:auto}p{margin:.3rem 0}
table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:left}
ul{padding-left:1.2rem}code{font-size:.9em}
"""


class UnknownReport(Invalid):
    """A report of a kind there is none of."""

    code = "unknown_report"
    zh = "报告文件名应以 {endings} 结尾。"
    en = "The report's name has to end in {endings}."


@dataclass(frozen=True)
class Report:
    """What a dry run found, ready to be written."""

    findings: Sequence[Finding]
    ground: Ground
    areas: int
    sources: Sequence[str]
    at: datetime

    @property
    def errors(self) -> int:
        return sum(one.level is Level.ERROR for one in self.findings)

    def groups(self) -> Iterator[tuple[Level, Code, list[Finding]]]:
        """Findings by level, errors first, then by code in the order of the closed list."""
        sorted_out: dict[tuple[Level, Code], list[Finding]] = {}
        for one in self.findings:
            sorted_out.setdefault((one.level, one.code), []).append(one)
        order = list(Code)
        for level, code in sorted(sorted_out, key=lambda key: (key[0] is Level.WARNING, order.index(key[1]))):
            yield level, code, sorted_out[level, code]


def of(planned: Plan, sources: Sequence[str]) -> Report:
    """The report of a plan."""
    return Report(planned.findings, planned.ground(), len(planned.features), sources, planned.at)


def known_ending(name: str) -> str:
    """The ending of a report's name; `UnknownReport` for one no report is written with."""
    for ending in FORMS:
        if name.lower().endswith(ending):
            return ending
    raise UnknownReport("report", endings=" / ".join(FORMS))


def written(report: Report, name: str) -> str:
    """The report in the form the file's ending asks for; `UnknownReport` for any other ending."""
    return FORMS[known_ending(name)](report)


def as_text(report: Report) -> str:
    """Every finding in two lines, grouped, with a summary on top."""
    warnings = len(report.findings) - report.errors
    lines = [
        f"试导入报告 dry run {_time(report.at)}",
        f"文件 files: {', '.join(report.sources)}",
        f"区域 areas: {report.areas:,}  错误 errors: {report.errors:,}  提醒 warnings: {warnings:,}",
    ]
    for level, code, found in report.groups():
        zh, en = TITLES[code]
        lines += ["", f"== {LEVEL_WORDS[level][0]} {level} | {zh} {en} ({code}): {len(found):,}"]
        for one in found:
            lines += [f"- {one.as_text('zh')}", f"  {one.words[1]}"]
    return "\n".join(lines) + "\n"


def as_json(report: Report) -> str:
    """Counts and every finding with both sentences, for programs."""
    counts = [{"level": level, "code": code, "count": len(found)} for level, code, found in report.groups()]
    whole = {
        "at": report.at.isoformat(),
        "files": list(report.sources),
        "areas": report.areas,
        "errors": report.errors,
        "warnings": len(report.findings) - report.errors,
        "counts": counts,
        "findings": [one.as_dict() for one in report.findings],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def as_html(report: Report) -> str:
    """One file to open or to send on."""
    scene, pictures = Scene(report.ground), [MOST_PICTURES]
    body = "".join(_section(level, code, found, scene, pictures) for level, code, found in report.groups())
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    clean = "" if report.findings else "<p>没有发现问题。<span class=en>Nothing was found wrong.</span></p>"
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>试导入报告 Dry run</title><style>{STYLE}</style></head><body>"
        f"<h1>试导入报告 <span class=en>Dry run</span></h1>{_summary(report)}{clean}{body}</body></html>\n"
    )


def _summary(report: Report) -> str:
    rows = "".join(
        f"<tr><td class={level}>{LEVEL_WORDS[level][0]} {level}</td><td>{TITLES[code][0]} "
        f'<span class=en>{TITLES[code][1]}</span></td><td><a href="#{level}-{code}">{len(found):,}</a></td></tr>'
        for level, code, found in report.groups()
    )
    warnings = len(report.findings) - report.errors
    return (
        f"<p>{escape(', '.join(report.sources))} · {_time(report.at)}</p>"
        f"<p>区域 <span class=en>areas</span> {report.areas:,} · "
        f"<b class=error>错误 errors {report.errors:,}</b> · "
        f"<b class=warning>提醒 warnings {warnings:,}</b></p><table>{rows}</table>"
    )


def _section(level: Level, code: Code, found: Sequence[Finding], scene: Scene, pictures: list[int]) -> str:
    zh, en = TITLES[code]
    shown, rest = found[: pictures[0]], found[pictures[0] :]
    pictures[0] -= len(shown)
    accept = ""
    if level is Level.ERROR and code in ACCEPTABLE:
        accept = (
            f"<p>核对后可用 <code>--accept {code}</code> 接受。"
            f"<span class=en>May be accepted with <code>--accept {code}</code>.</span></p>"
        )
    cards = "".join(f"<li>{scene.picture(one)}{_sentences(one)}</li>" for one in shown)
    lines = "".join(f"<li>{_sentences(one)}</li>" for one in rest[:MOST_LINES])
    more = len(rest) - MOST_LINES
    left = (
        f"<p>另有 {more:,} 条未列出 <span class=en>{more:,} more, see the JSON report</span></p>"
        if more > 0
        else ""
    )
    return (
        f'<h2 id="{level}-{code}" class={level}>{LEVEL_WORDS[level][0]}:{zh} '
        f"<span class=en>{level}: {en}</span> ({len(found):,})</h2>{accept}"
        f"{f'<ol>{cards}</ol>' if cards else ''}{f'<ul>{lines}</ul>' if lines else ''}{left}"
    )


def _sentences(one: Finding) -> str:
    zh, en = one.words
    place = "" if one.at is None else f"<p class=en>{one.at[0]:.6f}, {one.at[1]:.6f}</p>"
    named = escape(" + ".join(one.features))
    return f"<p><b>{named}</b></p><p>{escape(zh)}</p><p class=en lang=en>{escape(en)}</p>{place}"


def _time(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


FORMS: Final[Mapping[str, Callable[[Report], str]]] = {".html": as_html, ".json": as_json, ".txt": as_text}
