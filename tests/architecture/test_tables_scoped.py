"""Every table is filtered by the scope or open for a reason; every way round the scope is named (HOUSE 2)."""

import ast
from pathlib import Path

from app import tables
from app.core.db import Base
from app.core.scope import Scope, Scoped

ROOT = Path(__file__).resolve().parents[2]
OPEN_BECAUSE = {
    "area": "the ground is open; no person stands in it (HOUSE 4.4)",
    "area_code": "public names of the ground",
    "boundary": "public shapes of the ground",
    "area_past": "how the open ground stood before",
    "area_lineage": "which areas came from which",
    "changed_ground": "ids of areas; read inside AreaChange.visible_to and with a request it shows",
    "grid_category": "which matters a dedicated grid owns",
    "overlap": "which of two areas owns shared ground",
    "party_org": "names of organisations, printed on every sign",
    "party_org_area": "which ground an organisation leads",
    "unit": "names of offices",
    "board_setting": "an office's own phone and a day, printed on every sign",
    "paper_count": "the last number of a kind of paper",
    "paper": "ids and numbers; read through its subject",
    "post": "roles by account id; names and phones are in account",
    "absence": "times by post id",
    "category": "a code list",
    "limit_rule": "a rule table",
    "catalogue_item": "whose matter a category is: a rule table",
    "whistle_kind": "a rule table",
    "whistle_band": "a rule table",
    "whistle_party": "read only inside Whistle.visible_to",
    "whistle_issue": "read only with a whistle; ids",
    "calendar_day": "a rule table",
    "office_season": "a rule table",
    "rung": "a rule table",
    "wait": "ids and times of a clock; read through its subject, or by the worker",
    "pause": "ids and times; read through its subject",
    "extension": "ids and times; read through its subject",
    "estate": "names of compounds; no personal columns",
    "incident": "names of events; no personal columns",
    "duty_shift": "posts on duty; names and phones are in account",
    "seat": "accounts on a unit's body; read while a scope is made",
    "recusal": "ids; read while a scope is made",
    "guest": "ids; read while a scope is made",
    "issue_day": "sums, nothing single",
    "issue_party": "read only inside Issue.visible_to",
    "idempotency": "looked up by owner and key; holds ids and digests",
    "put_away": "ids and times; read by its own post beside an issue the scope shows",
    "saved_view": "looked up by its own account",
    "trail": "read only through a loaded subject; no words",
    "outbox": "read by the worker; ids and times",
    "delivery": "read by the worker",
    "notice": "listed to its addressee only, and beside a subject the scope shows",
    "care_kind": "a closed list",
    "plan_rule": "a rule table",
    "contact_duty": "ids; read while a scope is made",
    "change": "ids by ground; read for the grids and households of a device's own scope",
    "op": "sealed bodies; looked up by its own device and id",
    "sealed_outbox": "sealed twice over; looked up by its device",
    "op_clash": "sealed bodies; counted",
    "media": "digests; looked up by its own device and id",
    "wanted_media": "ids; read when the photo comes",
    "held_issue": "ids; read by the worker",
    "store_epoch": "directory: one row",
    "formula": "a rule table",
    "figure_setting": "a rule table",
    "ledger": "sums, nothing single",
    "account": "directory: no district's content; names for staff eyes",
    "membership": "directory",
    "token": "directory: hashes",
    "login_attempt": "directory: keyed hashes",
    "known_address": "directory: keyed hashes",
    "district": "directory: the list of tenants",
    "heartbeat": "directory: one row of the worker",
}
NOT_MAPPED = {"alembic_version"}
WAYS_ROUND: dict[str, dict[str, str]] = {
    "connection": {"app/core/work.py": "put, cursor and the district's path: where the others go through"},
    "connect": {
        "app/core/work.py": "ping",
        "app/districts.py": "migrations, as owner",
        "app/health.py": "reads migration heads",
        "app/main.py": "asks the database for its own settings",
    },
    "cursor": {
        "app/core/work.py": "where it is made",
        "app/layers/storing.py": "COPY of boundaries, which are open",
        "app/households/storing.py": "COPY of doors and households its plan has placed on the post's own ground",
        "app/issues/intake.py": "the one write of the hot path, and situation's read",
        "app/clocks/house.py": "the rules of time, which are open",
        "app/issues/placing.py": "placing anew, by the same read",
        "app/issues/neighbours.py": "the grids around a point, by the same read",
        "app/issues/routes.py": "the dry run, by the same read",
        "app/changes/writing.py": "the ground rewritten at the moment of a change; its tables are open",
        "app/households/ground.py": "doors and households carried by an approved change, whoever's ground it is",
        "app/visits/ground.py": "tasks and lists carried by an approved change",
        "app/sync/ground.py": "phones carried with their posts by an approved change",
        "app/whistles/ground.py": "open whistles carried by an approved change",
        "app/issues/rehoming.py": "placing anew, by the same read",
        "app/visits/writing.py": "the one write of a batch of visits, on households the scope has shown",
        "app/visits/reckoning.py": "tasks follow from every visit of a household, also those from other ground",
    },
    "text": {
        "app/core/work.py": "ping",
        "app/districts.py": "DDL",
        "app/main.py": "asks the database for its own settings",
    },
    "system_work": {
        "app/worker/turns.py": "delivers and rings for all",
        "app/worker/housekeeping.py": "keeps house for all",
        "app/health.py": "counts waiting events",
        "app/live/hub.py": "reads which events there are; each reader's own scope says which of them it is told",
    },
    "unscoped": {
        "app/core/scope.py": "where it is read",
        "app/issues/rehoming.py": "matters that follow the ground, also past what their bringer may see",
        "app/households/ground.py": "how many doors and households lie there: numbers only",
        "app/visits/ground.py": "how many tasks lie there: a number only",
        "app/issues/intake.py": "the replay of one's own key, whose issue the public scope cannot see",
        "app/issues/beside.py": "what hangs on a loaded issue, also through reports merged from other ground",
        "app/issues/link.py": "what a link's own report was merged into, before its scope is known",
        "app/issues/neighbours.py": "coarse facts of public matters nearby, for whoever is about to report",
        "app/issues/anew.py": "requests that lapse on a report which the service itself sets free",
        "app/issues/merging.py": "the reports merged into a matter, also those from other ground",
        "app/issues/word.py": "the reports merged into a matter, also those from other ground",
        "app/feed/watching.py": "the watermark and the processes of the server, no table of ours",
        "app/visits/patrols.py": "whether a round's id is taken, on whatever ground",
        "app/visits/actions.py": "where a merged household led, for a post that has the living one listed",
        "app/visits/doors.py": "door and masked head of households the scope has shown, on whatever ground",
        "app/households/recording.py": "the door of a loaded household, for a post that has it on its list",
        "app/households/doubles.py": "whether a household's id is taken, on whatever ground",
        "app/households/queries.py": "the same, for a page of them",
        "app/sync/showing.py": "the door of a household on a contact-duty list; points of a list the phone holds",
        "app/sync/issue_ops.py": "which issue a report of the holder's own phones has become",
        "app/sync/devices.py": "a phone by its own token or id",
        "app/sync/login.py": "whether a phone was revoked, before anybody is known",
        "app/sync/media.py": "which visit a phone's own photo belongs to",
        "app/sync/straying.py": "whether a household is there, or came apart: late work, not a forged claim",
        "app/sync/visit_ops.py": "whether a visit is there, and whose",
        "app/sync/household_ops.py": "whether a resident is there, and whose",
        "app/figures/rows.py": "matters behind a number, of which the statement names the scope itself",
        "app/figures/vocabulary.py": "reports merged into a matter the scope sees, also those from other ground",
        "app/faces/progress.py": "the orders and whistles of the reporter's own matter, told without their words",
        "app/privacy/copies.py": "when and why the records of who asks were read, for them to know",
        "app/privacy/retention.py": "whether a hold runs, for an office that may not see holds",
        "app/whistles/behind.py": "the issues a whistle has to set free, also those that moved to other ground",
    },
    "exec_driver_sql": {},
    "AsyncRawCursor": {"app/core/db.py": "the statements of the hot paths, written once in named files"},
    "from_statement": {},
    "bulk_update_mappings": {},
    "bulk_insert_mappings": {},
    "bulk_save_objects": {},
}
OF_THE_COMMAND_LINE = "app/cli/"  # a person at the machine, as the service itself


def places(name: str) -> set[str]:
    """Files of the application that call it, or name it as an option."""
    found = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = (
                isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == name
            )
            option = ((isinstance(node, ast.keyword) and node.arg) or getattr(node, "value", "")) == name
            if called or (name == "unscoped" and option):
                found.add(str(path.relative_to(ROOT)))
    return found


def test_every_table_is_scoped_or_open_for_a_reason() -> None:
    mapped = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    assert set(mapped) | NOT_MAPPED >= {table.name for table in tables.metadata.tables.values()}
    scoped = {name for name, cls in mapped.items() if issubclass(cls, Scoped)}
    assert scoped == set(mapped) - set(OPEN_BECAUSE)
    assert set(OPEN_BECAUSE) <= set(mapped), "a reason for a table that is gone"
    of_issues = {"issue", "reporter", "unmasking", "remark", "rating", "issue_photo"}
    assert scoped >= of_issues | {"issue_area", "issue_link", "revisit", "second_word", "dwelling", "work_order"}
    of_whistles = {"whistle", "report_in", "whistle_words", "survey", "survey_participant", "task", "task_photo"}
    assert scoped >= of_whistles | {"score"}


def test_every_scoped_table_has_a_rule_and_shows_nothing_to_nobody() -> None:
    for cls in Scoped.registry_of_scoped:
        seen = str(cls.visible_to(Scope()).compile(compile_kwargs={"literal_binds": True})).lower()
        assert "false" in seen or "0 = 1" in seen, cls.__name__


def test_tables_with_personal_columns_are_scoped_or_in_the_directory() -> None:
    personal = ("phone", "name_sealed", "text", "purpose", "contact", "masked")
    for mapper in Base.registry.mappers:
        table = mapper.class_.__table__
        told = [column.name for column in table.columns if any(word in column.name for word in personal)]
        if told and table.schema is None:
            assert issubclass(mapper.class_, Scoped), f"{table.name}: {told}"


def test_every_way_round_the_scope_is_in_a_named_file() -> None:
    for name, allowed in WAYS_ROUND.items():
        found = places(name)
        if name in ("system_work", "connect"):
            found = {path for path in found if not path.startswith(OF_THE_COMMAND_LINE)}
        assert found == set(allowed), name


def test_system_work_is_never_opened_behind_a_route() -> None:
    assert not [path for path in places("system_work") if path.endswith(("routes.py", "login.py", "actions.py"))]
