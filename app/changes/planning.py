"""From what is asked for to what happens: one function for each kind of change (DESIGN 2, DOMAIN R3.6)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import shapely
from shapely import MultiPolygon

from app.changes import content as forms
from app.changes import ground as lies_of
from app.changes.checking import checked, distance_m, whole
from app.changes.faults import Code, fault
from app.changes.ground import Ground, Lies, NoSuchArea
from app.changes.kinds import AreaChangeKind
from app.changes.plan import (
    LEVEL_WORDS,
    PARENTS,
    Made,
    NamedTwice,
    Plan,
    as_multi,
    like,
    not_district,
    outline,
    redraw,
)
from app.core.geometry import area_m2
from app.core.work import Work
from app.grid.models import Area, AreaLevel
from app.layers.coverage import SPECK_M2, TOLERANCE_M

MOST_IN_PIECE = 0.98  # the share of a child that has to lie in its piece, as for an imported one in its parent


async def plan_for(work: Work, asked: forms.Content) -> Plan:
    """What the request comes to on the ground as it lies now, with everything that is wrong with it."""
    plan = Plan(await lies_of.around(work, _codes(asked)))
    await PLANNERS[asked.kind](work, plan, asked)
    redraw(plan, asked.redrawn)
    _posts(plan, asked.posts)
    plan.faults += await _codes_taken(work, plan)
    if plan.empty:
        plan.faults.append(fault(Code.NO_CHANGE))
    if not plan.faults or all(one.level != "error" for one in plan.faults):
        plan.faults += await checked(work, plan)
    return plan


def _codes(asked: forms.Content) -> set[str]:
    """Every code of an area in force that the request may name."""
    found = {one.code for one in asked.redrawn} | {one.area for one in asked.posts}
    found |= {one.to for one in asked.posts if one.to}
    for name in ("area", "to", "parent"):
        found |= {getattr(asked, name)} if hasattr(asked, name) else set()
    for name in ("areas", "into"):
        found |= set(getattr(asked, name, ()))
    for one in getattr(asked, "children", ()):
        found |= {one.area, one.to}
    return {code for code in found if code}


async def split(_work: Work, plan: Plan, asked: forms.Split) -> None:
    """Pieces in the place of one area; the one with the old code goes on being it."""
    old = not_district(plan.ground.named(asked.area, "area"), "area")
    plan.subjects.append(old)
    _once([piece.code for piece in asked.pieces], "pieces")
    above = _code_of(plan.ground, old)
    shapes = {piece.code: outline(piece.code, piece.shape, "pieces") for piece in asked.pieces}
    fresh = [piece for piece in asked.pieces if piece.code != old.code]
    plan.made += [
        like(old, code=one.code, name=one.name, label=one.label, parent_code=above, shape=shapes[one.code])
        for one in fresh
    ]
    keeps = next((piece for piece in asked.pieces if piece.code == old.code), None)
    if keeps is None:
        plan.ended[old.id] = [one.code for one in fresh]
        plan.posts[old.id] = None
    else:
        plan.spread += [(old.id, one.code) for one in fresh]
        _say(plan, old, name=keeps.name, label=keeps.label or old.label)
        if (kept := shapes[old.code]) is not None:
            plan.reshaped[old.id] = kept
    _pieces(plan, old, shapes)
    _share_out(plan, old, shapes, asked.children, old.code if keeps else None)


def _pieces(plan: Plan, old: Lies, shapes: dict[str, MultiPolygon | None]) -> None:
    """The pieces together are the old area, neither more nor less, and none lies over another."""
    drawn = {code: shape for code, shape in shapes.items() if shape is not None}
    if old.shape is None or not drawn:
        plan.faults.append(fault(Code.SHAPE_MISSING, old.code))
        return
    plan.faults += [fault(Code.NOT_COVERED, code, share="0%", m2=0.0) for code in shapes if code not in drawn]
    plan.faults += whole(old, drawn)


async def merge(_work: Work, plan: Plan, asked: forms.Merge) -> None:
    """Siblings become one area: one of them goes on, or a new one begins."""
    _once(asked.areas, "areas")
    old = [not_district(plan.ground.named(code, "areas"), "areas") for code in asked.areas]
    plan.subjects += old
    first = next((one for one in old if one.code == asked.code), old[0])
    if any((one.level, one.kind, one.parent_id) != (first.level, first.kind, first.parent_id) for one in old):
        plan.faults.append(fault(Code.NOT_SIBLINGS, *asked.areas))
        return
    shape = _together(plan, old)
    if first.code == asked.code:
        _say(plan, first, name=asked.name, label=asked.label or first.label)
        if shape is not None:
            plan.reshaped[first.id] = shape
    else:
        above = _code_of(plan.ground, first)
        named = {"code": asked.code, "name": asked.name, "label": asked.label}
        plan.made.append(like(first, **named, parent_code=above, shape=shape))
    for one in old:
        if one.code != asked.code:
            plan.ended[one.id] = [asked.code]
            plan.posts[one.id] = asked.code
            plan.under |= {child.id: asked.code for child in plan.ground.children(one.id)}


def _together(plan: Plan, old: Sequence[Lies]) -> MultiPolygon | None:
    shapes = [one.shape for one in old if one.shape is not None]
    if len(shapes) < len(old):
        bare = [one.code for one in old if one.shape is None]
        plan.faults.append(fault(Code.SHAPE_MISSING, *bare))
    if not shapes:
        return None
    apart = _apart(shapes)
    if apart:
        plan.faults.append(fault(Code.NOT_TOUCHING, *(old[place].code for place in apart)))
    return as_multi(shapely.union_all(shapes))


def _apart(shapes: Sequence[MultiPolygon]) -> list[int]:
    """Places of the shapes that are not joined to the first by shapes that touch."""
    joined, left = {0}, set(range(1, len(shapes)))
    while near := {a for a in left if any(distance_m(shapes[a], shapes[b]) <= TOLERANCE_M for b in joined)}:
        joined, left = joined | near, left - near
    return sorted(left)


async def redraw_only(_work: Work, plan: Plan, asked: forms.Redraw) -> None:
    """Nothing but the outlines that every kind may bring."""
    plan.subjects += [plan.ground.named(one.code, "redrawn") for one in asked.redrawn]


async def move(_work: Work, plan: Plan, asked: forms.Move) -> None:
    """Under another parent, with its ground if the outlines are to follow."""
    one = not_district(plan.ground.named(asked.area, "area"), "area")
    to = plan.ground.named(asked.to, "to")
    plan.subjects.append(one)
    plan.receivers.append(to)
    if one.id in to.path:
        plan.faults.append(fault(Code.PARENT_CYCLE, one.code, parent=to.code))
        return
    _fits(plan, one.level, one.code, to)
    if one.parent_id != to.id:
        plan.under[one.id] = to.code
        if one.shape is not None and asked.with_ground:
            _ground_follows(plan, one, to)
    if asked.code and asked.code != one.code:
        _say(plan, one, code=asked.code)


def _ground_follows(plan: Plan, one: Lies, to: Lies) -> None:
    """Every area it leaves loses its ground, every area it comes into gains it; common ones stay."""
    given = {place.code for place in plan.receivers if place.id in plan.reshaped}
    for area_id in one.path[:-1]:
        left = plan.ground.by_id.get(area_id)
        if left is None or left.id in to.path or left.shape is None or left.code in given:
            continue
        rest = as_multi(shapely.difference(left.shape, one.shape))
        if rest is None or area_m2(rest) < 1:
            plan.faults.append(fault(Code.NO_GROUND_LEFT, left.code))
            continue
        plan.reshaped[left.id] = rest
        plan.receivers.append(left)
    for area_id in to.path:
        joined = plan.ground.by_id.get(area_id)
        if joined is None or joined.id in one.path or joined.shape is None or joined.code in given:
            continue
        whole = as_multi(shapely.union(joined.shape, one.shape))
        if whole is not None and not whole.equals(joined.shape):
            plan.reshaped[joined.id] = whole
            plan.receivers.append(joined)


async def rename(_work: Work, plan: Plan, asked: forms.Rename) -> None:
    """Another name."""
    one = plan.ground.named(asked.area, "area")
    plan.subjects.append(one)
    _say(plan, one, name=asked.name, label=asked.label or one.label)


async def upgrade(work: Work, plan: Plan, asked: forms.Upgrade) -> None:
    """A village and all in it are rural no more."""
    one = plan.ground.named(asked.area, "area")
    plan.subjects.append(one)
    if one.level != AreaLevel.COMMUNITY or not one.rural:
        plan.faults.append(fault(Code.NOT_RURAL, one.code))
        return
    _say(plan, one, rural=False, code=asked.code or one.code, name=asked.name or one.name)
    inside = await lies_of.read(work, Area.path.contains([one.id]), Area.id != one.id)
    plan.ground.add(inside)
    for child in inside:
        _say(plan, child, rural=False)


async def hand_over(_work: Work, plan: Plan, asked: forms.HandOver) -> None:
    """Another authority runs it, or this district again."""
    one = plan.ground.named(asked.area, "area")
    plan.subjects.append(one)
    _say(plan, one, governed_by=asked.governed_by)


async def open_new(_work: Work, plan: Plan, asked: forms.Open) -> None:
    """A new area under a parent."""
    parent = plan.ground.named(asked.parent, "parent")
    plan.receivers.append(parent)
    _fits(plan, asked.level, asked.code, parent)
    plan.made.append(
        Made(
            asked.code, asked.name, asked.level, asked.grid_kind, asked.rural, parent.code, asked.label,
            parent.governed_by, outline(asked.code, asked.shape, "shape"),
        )
    )  # fmt: skip


async def close(_work: Work, plan: Plan, asked: forms.Close) -> None:
    """An area ends; its successors, or its parent, take what it had."""
    one = not_district(plan.ground.named(asked.area, "area"), "area")
    takers = [plan.ground.named(code, "into") for code in asked.into]
    plan.subjects.append(one)
    plan.receivers += takers
    if one.id in {taker.id for taker in takers} or any(one.id in taker.path for taker in takers):
        raise NamedTwice("into", area=one.code)
    successors = [taker.code for taker in takers] or [_code_of(plan.ground, one)]
    plan.ended[one.id] = successors
    plan.posts[one.id] = successors[0] if takers else None
    children = plan.ground.children(one.id)
    if children and not takers:
        plan.faults.append(fault(Code.HAS_CHILDREN, one.code, children=len(children)))
        return
    if children:
        drawn = {taker.code: taker.shape if len(takers) > 1 else None for taker in takers}
        _share_out(plan, one, drawn, asked.children, successors[0], strict=False)
    if takers and asked.with_ground and one.shape is not None and takers[0].shape is not None:
        joined = as_multi(shapely.union(takers[0].shape, one.shape))
        if joined is not None and takers[0].code not in {piece.code for piece in asked.redrawn}:
            plan.reshaped[takers[0].id] = joined


def _share_out(
    plan: Plan, old: Lies, shapes: dict[str, MultiPolygon | None], said: Sequence[forms.ChildTo], rest: str | None,
    *, strict: bool = True,
) -> None:  # fmt: skip
    """Each child to the area that was said, to the one most of it lies in, or to `rest` when it has no outline.

    `strict` complains of children that lie across the new border.
    """
    named = {one.area: one.to for one in said}
    drawn = {code: shape for code, shape in shapes.items() if shape is not None}
    for child in plan.ground.children(old.id):
        shares = _shares(child, drawn)
        best = max(shares, key=lambda code: shares[code], default=None)
        to = named.get(child.code) or (best if best is not None and shares[best] > 0 else rest)
        if to is None or to not in shapes:
            plan.faults.append(fault(Code.CHILD_UNPLACED, child.code))
            continue
        if strict and shares.get(to, 1.0) < MOST_IN_PIECE:
            plan.faults.append(fault(Code.CHILD_TORN, child.code, share=f"{shares[to]:.1%}"))
        if to != old.code:
            plan.under[child.id] = to


def _shares(child: Lies, drawn: dict[str, MultiPolygon]) -> dict[str, float]:
    """How much of a child lies in each of the outlines; nothing for one without its own."""
    if child.shape is None or not drawn:
        return {}
    size = max(area_m2(child.shape), SPECK_M2)
    return {code: area_m2(shapely.intersection(child.shape, shape)) / size for code, shape in drawn.items()}


def _say(plan: Plan, one: Lies, **values: Any) -> None:
    """Only what differs from how it is."""
    other = {name: value for name, value in values.items() if getattr(one, name) != value}
    if other:
        plan.said[one.id] = {**plan.said.get(one.id, {}), **other}


def _fits(plan: Plan, level: str, code: str, parent: Lies) -> None:
    if parent.level not in PARENTS[level]:
        words: dict[str, Any] = {
            "level": str(level),
            "level_zh": LEVEL_WORDS[AreaLevel(level)],
            "parent": parent.code,
        }
        plan.faults.append(fault(Code.BAD_PARENT, code, **words))


def _code_of(ground: Ground, one: Lies) -> str:
    above = ground.by_id.get(one.parent_id) if one.parent_id else None
    if above is None:
        raise NoSuchArea("parent", area=one.code)
    return above.code


def _once(codes: Sequence[str], place: str) -> None:
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice is not None:
        raise NamedTwice(place, area=twice)


def _posts(plan: Plan, said: Sequence[forms.PostsTo]) -> None:
    """Where posts go, as the request says; an area that stays may give its posts away too."""
    for one in said:
        area = plan.ground.named(one.area, "posts")
        if (
            one.to is not None
            and one.to not in plan.ground.by_code
            and one.to not in {new.code for new in plan.made}
        ):
            raise NoSuchArea("posts", area=one.to)
        plan.posts[area.id] = one.to


async def _codes_taken(work: Work, plan: Plan) -> list[Any]:
    """New codes were never given before, and begin with their parent's (a warning, R3.2)."""
    fresh = {new.code: new.parent_code for new in plan.made}
    for area_id, values in plan.said.items():
        if "code" in values:
            fresh[values["code"]] = plan.parent_after(plan.ground.by_id[area_id]) or ""
    taken = await lies_of.used(work, fresh) if fresh else set()
    found: list[Any] = [fault(Code.CODE_TAKEN, code, taken=code) for code in sorted(taken)]
    apart = [(code, parent) for code, parent in fresh.items() if parent and not _under(code, parent)]
    return found + [fault(Code.CODE_APART, code, taken=code, parent=parent) for code, parent in apart]


def _under(code: str, parent: str) -> bool:
    """A grid inside a grid bears the community's number, as all grids do."""
    grid_digits = 15
    stem = parent[:12] if len(parent) == grid_digits and len(code) == grid_digits else parent
    return code.startswith(stem)


Planner = Callable[[Work, Plan, Any], Awaitable[None]]
PLANNERS: dict[AreaChangeKind, Planner] = {
    AreaChangeKind.SPLIT: split,
    AreaChangeKind.MERGE: merge,
    AreaChangeKind.REDRAW: redraw_only,
    AreaChangeKind.MOVE: move,
    AreaChangeKind.RENAME: rename,
    AreaChangeKind.UPGRADE: upgrade,
    AreaChangeKind.HAND_OVER: hand_over,
    AreaChangeKind.OPEN: open_new,
    AreaChangeKind.CLOSE: close,
}
