"""No column with a person in it stands outside the inventory (TRUST 34)."""

from sqlalchemy import LargeBinary, String

from app.privacy.inventory import INVENTORY
from app.privacy.kinds import FieldClass
from app.tables import metadata

NOT_PERSONAL = {
    "a hash or signature of ours": {
        "trail_hash", "salt", "hash", "body_hash", "sha256", "said_sha256", "address_hash", "bucket",
        "refresh_hash", "refresh_before", "password_hash", "code",
    },
    "a closed list, a code or a rule": {
        "kind", "state", "level", "label", "number", "list_code", "clock", "unit", "rank", "numerator",
        "denominator", "basis", "aim", "legal_basis", "event", "handler", "step", "from_state", "to_state",
        "version_num", "dsn", "part", "first_day", "last_day", "status", "door", "building", "entrance", "room",
        "address", "call_number",
    },
}  # fmt: skip
NAMES_OF_THINGS = {
    "district", "heartbeat", "area", "party_org", "calendar_day", "unit", "category", "care_kind", "plan_rule",
    "whistle_kind",
}  # fmt: skip
STANDS_BECAUSE = {
    "account.username": "a login; ends with the account, by the administrator",
    "account.display_name": "staff, not residents; ends with the account",
    "account.work_phone": "staff, not residents; ends with the account",
    "dwelling.point": "a building's place, no person's",
    "patrol_point.point": "a place to look at, no person's",
    "patrol_point.text": "a place to look at, no person's",
    "unmasking.purpose": "why a contact was opened: part of the audit, ids only",
    "outbox.trouble": "the kind of a fault, never its words (core/outbox.py)",
    "score.reason": "words of one office on another",
    "score.appeal": "words of one office on another",
    "task.what": "work given to an office; says no person (its form asks for none)",
    "device.name": "what an office calls a phone",
    "area.governed_by": "an authority",
    "area_past.name": "an area, as it was called",
    "area_past.governed_by": "an authority",
    "area_change.reason": "why an office wants its ground changed; says no person",
    "area_change.note": "words of one office on another's request",
    "border_agreement.ended_why": "words of one office on an agreement of two; says no person",
    "estate.name": "a compound",
    "estate.sought": "a compound's names and address, as they are looked for",
    "paper.organ_name": "an office, as it was called when it signed",
    "incident.name": "an event",
    "issue_link.title": "a project or meeting",
    "patrol_list.name": "a list of places",
    "issue.upstream_number": "the number 12345 gave; it stays with the order's accounts",
    "saved_view.name": "what a member of staff calls a filter of their own, who deletes it",
    "saved_view.query": "codes of a filter; words that were sought are refused (issues/views.py)",
    "idempotency.key": "chance, thirty days",
    "idempotency.route": "a route's name",
    "wait.trouble": "the kind of a fault, never its words",
}


def test_every_column_of_bytes_words_or_places_is_kept_or_named() -> None:
    kept = {f"{one.model.__tablename__}.{column}" for one in INVENTORY.values() for column in one.columns}
    fine = set().union(*NOT_PERSONAL.values())
    loose = []
    for table in metadata.tables.values():
        for column in table.columns:
            if column.name == "name" and table.name in NAMES_OF_THINGS:
                continue
            personal = (
                isinstance(column.type, LargeBinary)
                or str(column.type) in ("TEXT", "VARCHAR")
                or "POINT" in str(column.type).upper()
                or (isinstance(column.type, String) and (column.type.length or 0) >= 60)
                or column.name.endswith(("_sealed", "_masked", "_hash", "masked"))
            )
            named = f"{table.name}.{column.name}"
            if personal and named not in kept | STANDS_BECAUSE.keys() and column.name not in fine:
                loose.append(named)
    assert not loose, " ".join(loose)


def test_each_class_says_why_how_long_and_how_it_ends() -> None:
    for code, one in INVENTORY.items():
        assert one.purpose, code
        assert one.basis, code
        assert one.days >= one.floor, code
        columns = one.model.__table__.columns.keys()
        assert set(one.columns) <= set(columns), code
        assert one.empty is None or one.left is not None, f"{code} would be emptied for ever"
    sensitive = {code for code, one in INVENTORY.items() if one.of == FieldClass.SENSITIVE}
    assert "care_needs" in sensitive
