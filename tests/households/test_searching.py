"""Finding a household by door, phone's tail, initials in every reading, two characters; on own ground only."""

import re
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import event, text

from app.core.settings import Settings
from app.core.work import Runtime, open_city
from app.grid.doors import door_of, read_door
from app.people.models import Role
from tests import town
from tests.conftest import Sit
from tests.households.homes import COMMUNITY, HEAD, WIFE, WORKER, found, home
from tests.issues.acts import assert_problem

pytestmark = pytest.mark.anyio

SINGLE = {"name": "单雄信", "relation": "head", "phone": "0871-67492345"}


@pytest.mark.parametrize("q", [
    "zgq", "cgq", "ZGQ", "曾国", "国强", "曾国强", "5678", "345678", "16612345678", "166-1234-5678",
    "3-2-501", "3栋2单元501", "３－２－５０１", "三栋二单元五零一", "501", "0501", "3-501", "2单元501", "3幢",
])  # fmt: skip
async def test_what_finds_a_household(sit: Sit, q: str) -> None:
    worker = await sit(*WORKER)
    made = await home(worker)
    await home(worker, "1101", SINGLE, area=town.B2, residents=[SINGLE])
    hits = await found(worker, q)
    assert made["id"] in hits, q
    assert (len(hits) == 1) == (q != "3幢"), "both stand in the third building"


@pytest.mark.parametrize("q", ["gq", "国祥", "强国", "678", "2-501", "13-2-501", "9999", "dxx ", "王五"])
async def test_what_does_not(sit: Sit, q: str) -> None:
    worker = await sit(*WORKER)
    made = await home(worker)
    hits = await found(worker, q)
    assert hits == ([made["id"]] if q == "2-501" else []), "of two parts the first may be the entrance"


@pytest.mark.parametrize("q", ["曾", "z", "-", "!!"])
async def test_too_little_to_search_by_is_said(sit: Sit, q: str) -> None:
    worker = await sit(*WORKER)
    assert_problem(await worker.get("/households", params={"q": q}), 422, "search_too_vague")


async def test_every_reading_of_a_surname(sit: Sit) -> None:
    worker = await sit(*WORKER)
    made = await home(worker, "1101", SINGLE)
    for initials in ("sxx", "dxx", "cxx"):
        assert await found(worker, initials) == [made["id"]]
    assert await found(worker, "2345") == [made["id"]]


async def test_nobody_is_found_on_other_ground(sit: Sit) -> None:
    community, neighbour = await sit(*COMMUNITY), await sit(Role.GRID_WORKER, town.G2)
    made = await home(community)
    other = await sit(Role.COMMUNITY_OFFICER, town.C2)
    for q in ("zgq", "曾国强", "5678", "3-2-501"):
        assert await found(community, q) == [made["id"]]
        assert await found(neighbour, q) == []
        assert await found(other, q) == []


async def test_nothing_stands_in_clear(sit: Sit, runtime: Runtime) -> None:
    """Every column of every row as text."""
    worker = await sit(*WORKER)
    await home(worker, "501", HEAD, WIFE)
    await found(worker, "曾国强")
    secrets = ("曾国强", "李秀英", "16612345678", "16698765432", "530114195001010011")
    async with open_city(runtime) as session:
        connection = await session.connection()
        tables = (await connection.execute(text(
            "select table_name from information_schema.tables where table_schema = 't_530114'"
            " and table_type = 'BASE TABLE'"
        ))).scalars().all()  # fmt: skip
        for table in tables:
            rows = await connection.execute(text(f"select t::text from t_530114.{table} t"))
            whole = "\n".join(rows.scalars())
            assert not [one for one in secrets if one in whole], table


OTHERS = """
insert into household (id, dwelling_id, street_id, community_id, grid_id, kind, keys, version, trail_hash, rev,
    field_revs, since, changed_at)
select gen_random_uuid(), h.dwelling_id, case when n % 4 > 0 then h.street_id else gen_random_uuid() end,
    case when n % 4 = 1 then h.community_id else md5((n % 40)::text)::uuid end, md5((n % 400)::text)::uuid, h.kind,
    array(select (random() * 1e15)::bigint from generate_series(1, 20 + n % 2)) || (n % 60)::bigint,
    h.version, h.trail_hash, h.rev, h.field_revs, h.since, h.changed_at
from household h, generate_series(1, 12000) n
"""


def _owner(settings: Settings) -> psycopg.Connection[Any]:
    assert settings.owner_url is not None
    url = settings.owner_url.get_secret_value()
    return psycopg.connect(url, options="-c search_path=t_530114,public -c jit=off", autocommit=True)


@pytest.mark.parametrize("seat", [(Role.STREET_DISPATCHER, town.WEST), COMMUNITY])
async def test_a_search_is_answered_from_an_index(
    sit: Sit, runtime: Runtime, settings: Settings, seat: tuple[Role, str]
) -> None:
    """The very statement of the route, planned as the service plans it: no walk over the district (UX 1c)."""
    desk = await sit(*seat)
    made = await home(await sit(*WORKER))
    with _owner(settings) as database:
        database.execute(OTHERS.encode())
        database.execute("vacuum analyze household")  # empties the list GIN keeps of late entries
    sent: list[tuple[str, Any]] = []

    def keep(_c: Any, _k: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "household.keys &&" in statement:
            sent.append((statement, parameters))

    event.listen(runtime.engine.sync_engine, "before_cursor_execute", keep)
    assert await found(desk, "3-2-501") == [made["id"]]
    event.remove(runtime.engine.sync_engine, "before_cursor_execute", keep)
    ((statement, parameters),) = sent
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", statement)))
    for place, name in enumerate(names, 1):
        statement = statement.replace(f"%({name})s", f"${place}")
    values = ", ".join(sql.Literal(parameters[name]).as_string() for name in names)
    with _owner(settings) as database:
        database.execute("set plan_cache_mode = force_generic_plan")
        database.execute(f"prepare seek as {statement}".encode())
        told = "\n".join(row[0] for row in database.execute(f"explain execute seek({values})".encode()))
    assert "household_keys" in told or "household_of_community" in told, told
    assert "Seq Scan on household" not in told, told
    assert "household_pkey" not in told, told


DOORS: list[tuple[str, tuple[str, str, str]]] = [
    ("3栋2单元501", ("3", "2", "501")), ("3-2-501", ("3", "2", "501")), ("3幢2-501", ("3", "2", "501")),
    ("A座1201室", ("A", "", "1201")), ("二十三栋1单元101", ("23", "1", "101")), ("501", ("", "", "501")),
    ("一百零二栋十单元3", ("102", "10", "3")), ("A区-3-2-501", ("A区-3", "2", "501")), ("12号", ("", "", "12")),
    ("3号楼2门0501号", ("3", "2", "501")), ("", ("", "", "")), ("—", ("", "", "")),
]  # fmt: skip


@pytest.mark.parametrize(("spelled", "parts"), DOORS)
def test_how_a_door_is_read(spelled: str, parts: Any) -> None:
    assert (read_door(spelled).building, read_door(spelled).entrance, read_door(spelled).room) == parts
    assert door_of(*parts).key == read_door(spelled).key
