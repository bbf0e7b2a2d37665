"""Kinds of paper: what each is called, what it is about, and whose organ signs it."""

from dataclasses import dataclass
from enum import StrEnum

from app.people.capabilities import COMMUNITY, DEPARTMENT, DISTRICT, STREET
from app.people.models import Role


class PaperKind(StrEnum):
    """The papers the service prints."""

    SUPERVISION_ORDER = "supervision_order"
    ARCHIVE = "archive"
    WHISTLE = "whistle"
    COUNTERSIGN = "countersign"
    RECEIPT = "receipt"


@dataclass(frozen=True)
class Paper:
    """A kind's title, the word in its number, and the roles that sign it."""

    title: str
    word: str
    signers: frozenset[Role]


PAPERS: dict[PaperKind, Paper] = {
    PaperKind.SUPERVISION_ORDER: Paper("督办单", "督办", DISTRICT | {Role.STREET_SECRETARY}),
    PaperKind.ARCHIVE: Paper("工单档案", "档案", STREET),
    PaperKind.WHISTLE: Paper("街道吹哨单", "吹哨", STREET),
    PaperKind.COUNTERSIGN: Paper("吹哨事项会签表", "会签", STREET),
    PaperKind.RECEIPT: Paper("部门报到回执", "报到", DEPARTMENT | COMMUNITY | STREET),
}
OF_ISSUE = (PaperKind.SUPERVISION_ORDER, PaperKind.ARCHIVE)
OF_WHISTLE = (PaperKind.WHISTLE, PaperKind.COUNTERSIGN)
