"""Chinese and English words of the closed lists, as screens and sheets say them."""

from app.grid.models import DwellingUse
from app.households.kinds import HouseholdKind, Relation

USE_WORDS: dict[DwellingUse, tuple[str, str]] = {
    DwellingUse.HOME: ("住宅", "home"),
    DwellingUse.SHOP: ("商铺", "shop"),
    DwellingUse.EMPTY: ("空置", "empty"),
    DwellingUse.DORMITORY: ("宿舍", "dormitory"),
    DwellingUse.OFFICE: ("办公", "office"),
    DwellingUse.OTHER: ("其他", "other"),
}
KIND_WORDS: dict[HouseholdKind, tuple[str, str]] = {
    HouseholdKind.PERMANENT: ("常住户", "permanent"),
    HouseholdKind.TENANT: ("租住户", "tenant"),
    HouseholdKind.COLLECTIVE: ("集体户", "collective"),
}
RELATION_WORDS: dict[Relation, tuple[str, str]] = {
    Relation.HEAD: ("户主", "head"),
    Relation.SPOUSE: ("配偶", "spouse"),
    Relation.CHILD: ("子女", "child"),
    Relation.PARENT: ("父母", "parent"),
    Relation.OTHER: ("其他", "other"),
}
