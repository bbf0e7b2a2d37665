"""Three phones, a bad network and the office, by a seed; beside them the model of what has to come of it."""

import json
import random  # noqa: TID251  # a seeded order of a test
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from app.core.clock import FixedClock
from app.core.work import Runtime, Work, system_work
from app.feed.actions import change_row
from app.feed.models import Change
from app.grid.queries import get_area
from app.households.joining import merge
from app.households.models import Household, Resident
from app.households.schemas import MergeHousehold
from app.people.models import ContactDuty
from app.sync.models import Op
from app.visits import reckoning
from app.visits.records import PatrolList, PatrolPoint
from app.worker.turns import drain
from tests import town
from tests.phones.faults import Cut, Kind, Network, Reply, Request, cut_line
from tests.phones.model import WAITING, Holder, Home, Model, Person
from tests.phones.phone import Offline, Outgoing, Phone
from tests.visits.homes import HERE, home, need

KINDS = (Kind.LOSE, Kind.DROP_ANSWER, Kind.CUT_ANSWER, Kind.SAY, Kind.SAY_AFTER, Kind.PORTAL, Kind.TWICE)
PATHS = ("/sync/push", "/sync/push", "/sync/pull", "/media/")
STEPS = {"assigned": "accept", "handling": "answer"}
FORMS: dict[str, dict[str, Any]] = {"accept": {}, "answer": {"text": "已办好。", "result": "solved"}}


class PowerCut(BaseException):
    """The process is gone in the middle of a transaction."""


@dataclass
class Power:
    """Stands where every transaction of a phone begins (`ledger.lock_phone`): at the `left`-th of them the process
    is gone, or, when `line` is set, only its connection to the database.
    """

    left: int | None = None
    line: bool = False
    fired: Counter[str] = field(default_factory=Counter)

    async def begin(self, work: Work) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left >= 0:
            return
        self.left = None
        self.fired["line_cut" if self.line else "power_cut"] += 1
        if not self.line:
            raise PowerCut
        await cut_line(work)


@dataclass
class Hand:
    """One person with a phone: what they have raised and visited, as far as they know."""

    name: str
    holder: Holder
    phone: Phone
    network: Network
    visits: dict[str, int] = field(default_factory=dict)
    issues: dict[str, str] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)


@dataclass
class Soak:
    """What goes on from seed to seed: people, phones, the power; and of one seed: chance, homes, model."""

    runtime: Runtime
    clock: FixedClock
    power: Power
    jpeg: bytes
    hands: list[Hand] = field(default_factory=list)
    fired: Counter[str] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=random.Random)
    model: Model = field(default_factory=Model)
    times: dict[str, datetime] = field(default_factory=dict)
    ops: list[Outgoing] = field(default_factory=list)
    here: list[str] = field(default_factory=list)
    there: str = ""
    patrols: tuple[str, list[str]] = ("", [])  # a list and its points
    number: int = 0

    def hand(self, name: str, holder: Holder, phone: Phone) -> Hand:
        """Put a bad network between a phone and the service."""
        network = Network()
        found = Hand(name, holder, phone, network)
        plain = phone.send

        async def forward(request: Request) -> Reply:
            try:
                got = await plain(request.method, request.path, headers=request.head, content=request.body)
            except PowerCut:
                await self.learn(found, request, None)
                raise Cut from None
            await self.learn(found, request, got.content if got.status_code == 200 else None)
            return Reply(got.status_code, {k.lower(): v for k, v in got.headers.items()}, got.content)

        async def send(method: str, path: str, headers: dict[str, str], content: bytes) -> Reply:
            return await network.carry(Request(method, path, headers, content), forward)

        phone.send = send
        self.hands.append(found)
        return found

    async def learn(self, hand: Hand, request: Request, answer: bytes | None) -> None:
        """Tell the model what has been judged: by the answer, or when there is none, by the ledger. What is to
        come again was not judged; and with that, or without an answer, what waits is as the ledger has it.
        """
        if not request.path.endswith("/sync/push"):
            return
        ops, again = json.loads(request.body)["ops"], set()
        if answer is not None:
            again = {one["op_id"] for one in json.loads(answer)["results"] if one["status"] == "retry"}
        waited = [one[1]["op_id"] for one in self.model.waiting.get(hand.name, [])]
        known = await self.ledger([op["op_id"] for op in ops] + waited)
        judged = [op for op in ops if op["op_id"] in known and op["op_id"] not in again]
        left = {key for key, status in known.items() if status == WAITING} if again or answer is None else set()
        self.model.batch(hand.name, hand.holder, judged, self.times, left)

    async def ledger(self, ids: list[str]) -> dict[str, str]:
        """What the service says has become of them."""
        async with system_work(self.runtime, HERE) as work:
            query = select(Op.op_id, Op.status).where(Op.op_id.in_([UUID(one) for one in ids]))
            return {str(row.op_id): str(row.status) for row in await work.session.execute(query)}

    # -- one seed -----------------------------------------------------------------------------------------------

    async def live(self, seed: int) -> None:
        """A day by a seed: entered, sent, lost, cut, merged; at the end everybody has a signal."""
        self.chance, self.model, self.times, self.ops = random.Random(seed), Model(), {}, []  # noqa: S311
        await self._settle_in(seed)
        for hand in self.hands:
            hand.visits, hand.issues, hand.added = {}, {}, []
            hand.phone.outbox = []  # of the day before only what waits in vain
        for _ in range(self.chance.randint(2, 3)):
            for hand in self.chance.sample(self.hands, len(self.hands)):
                for _ in range(self.chance.randint(0, 3)):
                    self.clock.advance(seconds=self.chance.randint(1, 40))
                    self._enter(hand)
                await self._connect(hand)
            if self.chance.random() < 0.15:
                await self._merge()
        for hand in self.hands:
            await self._whole(hand)
        await drain(self.runtime, HERE)
        for hand in self.hands:
            await hand.phone.pull()

    async def _settle_in(self, seed: int) -> None:
        """Two or three homes on the grid, one of them on the list of contact duty, and one on other ground."""
        count = self.chance.randint(2, 3)
        async with system_work(self.runtime, HERE) as work:
            self.here = [str(await home(work, f"{seed}-{n}")) for n in range(count)]
            self.there = str(await home(work, f"{seed}-x", town.G2))
            for one in self.here:
                await need(work, UUID(one))
            await self._list(work)
            self.patrols = await self._points(work)
            await reckoning.reckon(work, map(UUID, [*self.here, self.there]))
            homes = [*self.here, self.there]
            heads = select(Resident).where(Resident.household_id.in_(map(UUID, homes)))
            for head in await work.session.scalars(heads):
                said: dict[str, str | None] = {"name": None, "phone": None}
                self.model.people[str(head.id)] = Person(str(head.household_id), "head", said)
            await self._tell(work, homes)
        for one in homes:
            grid = "elsewhere" if one == self.there else "here"
            self.model.homes[one] = Home(grid, listed=one in (self.here[0], self.there))

    async def _tell(self, work: Work, homes: list[str]) -> None:
        """What the verbs of households would have told the phones of these."""
        there = (Household.id, Household.grid_id, Household.dwelling_id, Resident.id.label("head_id"))
        query = select(*there).join(Resident, Resident.household_id == Household.id)
        for row in await work.session.execute(query.where(Household.id.in_(map(UUID, homes)))):
            told = [("dwelling", row.dwelling_id), ("household", row.id), ("resident", row.head_id)]
            seen: dict[str, Any] = {"grid_id": row.grid_id, "household_id": row.id}
            await work.put(Change, [change_row(work, name, one, **seen) for name, one in told])

    async def _list(self, work: Work) -> None:
        post, now = UUID(self.hands[-1].holder.post), self.clock.now()
        old = update(ContactDuty).where(ContactDuty.post_id == post, ContactDuty.until.is_(None))
        given_up = await work.session.scalars(old.values(until=now).returning(ContactDuty.household_id))
        await reckoning.reckon(work, list(given_up))
        rows = [{"post_id": post, "household_id": UUID(one), "since": now, "until": None}
                for one in (self.here[0], self.there)]  # fmt: skip
        await work.put(ContactDuty, rows)

    async def _points(self, work: Work) -> tuple[str, list[str]]:
        """A list of three points on the grid."""
        area, now = await get_area(work, town.G1), work.clock.now()
        row: dict[str, Any] = {
            "id": work.new_id(), "name": "巡查", "basis": "安排", "street_id": area.street_id, "valid_from": now,
            "community_id": area.community_id, "grid_id": area.grid_id, "building_group_id": None,
            "every_days": None, "valid_to": None,
        }  # fmt: skip
        points = [
            {"id": work.new_id(), "list_id": row["id"], "place": place, "text": f"点位{place}"}
            | {"dwelling_id": None, "point": None}
            for place in range(3)
        ]
        await work.put(PatrolList, [row])
        await work.put(PatrolPoint, points)
        await work.put(Change, [change_row(work, "patrol_list", row["id"], grid_id=area.grid_id)])
        return str(row["id"]), [str(one["id"]) for one in points]

    async def _merge(self) -> None:
        """The office merges two homes of the grid, once in a seed."""
        if any(one.merged_into for one in self.model.homes.values()):
            return
        gone, kept = self.chance.sample(self.here, 2)
        async with system_work(self.runtime, HERE) as work:
            await merge(work, UUID(gone), MergeHousehold(into=UUID(kept)))
            await reckoning.reckon(work, [UUID(gone), UUID(kept)])
        self.model.merge(gone, kept)

    # -- what a person enters -----------------------------------------------------------------------------------

    def _enter(self, hand: Hand) -> None:
        verbs = [self._visit, self._visit, self._visit, self._amend, self._edit_home, self._issue, self._add]
        verbs += [self._edit_person, self._edit_person, self._step, self._step, self._patrol]
        made = self.chance.choice(verbs)(hand)
        if made is not None:
            self.times[made.id] = self.clock.now()
            self.ops.append(made)

    def _anywhere(self, hand: Hand) -> str:
        if hand.holder.grid is None:
            return self.chance.choice([self.here[0], self.there, self.chance.choice(self.here)])
        return self.chance.choice([*self.here, *self.here, *self.here, self.there])

    def _visit(self, hand: Hand) -> Outgoing:
        more: dict[str, Any] = {}
        if self.chance.random() < 0.1:
            media = hand.phone.fresh()
            hand.phone.photos[media], more = self.jpeg, {"photos": [{"media_id": media}]}
        made = hand.phone.visit(self._anywhere(hand), self.chance.choice(["met", "not_home", "refused"]), **more)
        hand.visits[str(made.body["entity_id"])] = 1
        return made

    def _patrol(self, hand: Hand) -> Outgoing:
        list_id, points = self.patrols
        seen = self.chance.sample(points, self.chance.randint(1, 3))
        found = ("fine", "mended", "not_reached")
        said = [{"point_id": one, "finding": self.chance.choice(found)} for one in seen]
        return hand.phone.patrol(list_id, said)

    def _amend(self, hand: Hand) -> Outgoing | None:
        if not hand.visits:
            return None
        visit = self.chance.choice(list(hand.visits))
        said = {"base_rev": hand.visits[visit], "result": self.chance.choice(["met", "not_home"])}
        hand.visits[visit] += 1
        return hand.phone.enter("visit.amend", visit, said)

    def _rev(self, hand: Hand, type_: str, entity: str) -> int:
        return hand.phone.copy.get((type_, entity), (1, {}))[0] or 1

    def _edit_home(self, hand: Hand) -> Outgoing:
        home_id = self._anywhere(hand)
        fields = self.chance.choice([{"kind": "tenant"}, {"kind": "collective"}, {"note": self._word()}])
        base = self._rev(hand, "household", home_id)
        return hand.phone.enter("household.edit", home_id, {"fields": fields}, base_rev=base)

    def _word(self) -> str:
        self.number += 1
        return f"说明{self.number}"

    def _phone_number(self) -> str:
        return f"166{self.chance.randint(0, 3):08d}"

    def _add(self, hand: Hand) -> Outgoing:
        said = {"name": self._word(), "relation": "other", "phone": self._phone_number()}
        payload = {"household_id": self._anywhere(hand), "resident": said}
        made = hand.phone.enter("resident.add", hand.phone.fresh(), payload)
        hand.added.append(str(made.body["entity_id"]))
        return made

    def _edit_person(self, hand: Hand) -> Outgoing | None:
        held = hand.phone.held("resident")
        known = [one for one in self.model.people if one in held]  # in the order they came to be
        if hand.holder.grid is not None:
            known += [one for one in hand.added if one not in known]
        if not known:
            return None
        who = self.chance.choice(known)
        fields = self.chance.choice([{"phone": self._phone_number()}, {"name": self._word()}])
        base = self._rev(hand, "resident", who)
        return hand.phone.enter("resident.edit", who, {"fields": fields}, base_rev=base)

    def _issue(self, hand: Hand) -> Outgoing | None:
        if hand.holder.grid is None or self.chance.random() < 0.5:
            return None
        said = {"issue": {"text": self._word(), "point": town.point(town.IN_B1)}}
        made = hand.phone.enter("issue.create", hand.phone.fresh(), said)
        hand.issues[str(made.body["entity_id"])] = "assigned"
        return made

    def _step(self, hand: Hand) -> Outgoing | None:
        open_ones = [one for one, state in hand.issues.items() if state in STEPS]
        if not open_ones:
            return None
        issue = self.chance.choice(open_ones)
        state = hand.issues[issue]
        said = {"step": STEPS[state], "expected_state": state, "form": FORMS[STEPS[state]]}
        hand.issues[issue] = {"assigned": "handling", "handling": "answered"}[state]
        return hand.phone.enter("issue.step", issue, said)

    # -- connections --------------------------------------------------------------------------------------------

    async def _connect(self, hand: Hand) -> None:
        """A moment with a signal, such as it is."""
        phone, luck = hand.phone, self.chance.random()
        if luck < 0.2:
            return
        if luck < 0.3:
            self.chance.shuffle(phone.outbox)
        if luck < 0.4:
            phone.clock.reload()
        if self.chance.random() < 0.5:
            hand.network.next(self.chance.choice(KINDS), self.chance.choice(PATHS), status=503)
        if self.chance.random() < 0.15:
            self.power.left, self.power.line = self.chance.randint(0, 4), self.chance.random() < 0.5
        before = (phone.cursor, dict(phone.copy))
        await phone.sync()
        if self.chance.random() < 0.1:
            phone.cursor, phone.copy = before  # the tab was killed before the page was written down
            self.fired["page_crash"] += 1
        self._count(hand)

    def _count(self, hand: Hand) -> None:
        self.fired.update(str(fault.kind) for fault in hand.network.faults if fault.fired)
        self.fired += self.power.fired
        self.power.left, self.power.fired, hand.network.faults = None, Counter(), []

    async def _whole(self, hand: Hand) -> None:
        """A good signal for as long as it takes. What waits for something that was refused goes on waiting."""
        for _ in range(6):
            await hand.phone.sync()
            waits = all(self.model.status.get(one.id) == WAITING for one in hand.phone.outbox)
            if waits and not hand.phone.photos:
                return
            waiting = [(one.id, one.status, one.code) for one in hand.phone.outbox]
        raise Offline(f"{hand.name}: {waiting}, {len(hand.phone.photos)} photos")
