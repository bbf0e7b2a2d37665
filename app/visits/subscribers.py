"""What plans do when something below them has changed."""

from app.core.outbox import Outbox
from app.core.work import Work
from app.visits import plans


async def reckon(work: Work, event: Outbox) -> None:
    """A household or its care needs changed: its tasks follow. The event's subject is the household."""
    await plans.reckon_household(work, event.subject_id)
