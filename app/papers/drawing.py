"""A paper as a file: number and day when it is signed, «未编号» while it is a draft."""

from pathlib import Path

from app.core.work import Work
from app.papers import words
from app.papers.kinds import PAPERS, PaperKind
from app.papers.signing import Drawn, signed
from app.printing.compiling import as_pdf
from app.printing.days import day, minute

TEMPLATES = Path(__file__).parent / "templates"


async def printed(work: Work, drawn: Drawn) -> bytes:
    """The PDF, dated now; a signed paper keeps the organ's name of the day it was signed."""
    paper = await signed(work, drawn.subject_id, drawn.kind, drawn.organ)
    name = "countersign" if drawn.kind == PaperKind.COUNTERSIGN else "paper"
    now = work.clock.now()
    said = drawn.said | {
        "title": PAPERS[drawn.kind].title,
        "number": paper.number if paper else words.DRAFT,
        "organ": paper.organ_name if paper else drawn.organ.name,
        "signed_on": day(paper.signed_at) if paper else "",
        "foot": f"印制时间 {minute(now)}" + ("" if paper else " · 草稿,签发后编号"),
    }
    return await as_pdf(TEMPLATES / f"{name}.typ", said, now)
