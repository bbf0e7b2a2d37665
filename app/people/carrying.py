"""Posts over an area that ends, or that gives its posts away: carried to another area as they are, or ended.

Work is bound to posts, so a carried post keeps what it has in hand; its holder finds another ground under it. Each
is an act on the post's own trail.
"""

from uuid import UUID

from sqlalchemy import select

from app.core.audit import Act, Trail, chain
from app.core.outbox import Outbox
from app.core.work import Work
from app.people import events
from app.people.models import Post
from app.people.queries import in_force

KIND = "post"


async def carry(work: Work, area_id: UUID, to_id: UUID | None, change_id: UUID) -> int:
    """Posts held now over an area go to another, or end; returns how many were carried.

    Who holds the same role there already does not get it twice: that post ends.
    """
    held = select(Post).where(Post.area_id == area_id, in_force(work.clock.now())).order_by(Post.id)
    posts = list(await work.session.scalars(held.with_for_update(key_share=True)))
    there = select(Post.account_id, Post.role).where(Post.area_id == to_id, in_force(work.clock.now()))
    taken = {(row.account_id, row.role) for row in await work.session.execute(there)} if to_id else set()
    carried = 0
    for post in posts:
        whose = (post.account_id, post.role)
        if to_id is None or whose in taken:
            await _note(work, post, "end", "ended", change_id, events.PostEnded)
            post.valid_to = work.clock.now()
            continue
        taken.add(whose)
        await _note(work, post, "carry", "held", change_id, events.PostCarried)
        post.area_id, carried = to_id, carried + 1
    await work.session.flush()
    return carried


async def _note(
    work: Work, post: Post, step: str, state: str, change_id: UUID, event: type[events.OfPost]
) -> None:
    act = Act(step, "held", state, {"change": str(change_id), "from": str(post.area_id)})
    head = (post.version, bytes(post.trail_hash))
    (row,) = chain(work, KIND, post.id, head, [act], work.clock.now())
    post.version, post.trail_hash = row["seq"], row["hash"]
    said = event(post.id, row["at"], post.account_id, post.role, post.area_id, post.unit_id)
    await work.append({Trail: [row], Outbox: [work.outbox_row(said, row["seq"])]})
