"""What a unit has to know before it says that a matter is not its own, and what it may show for it (DOMAIN R1.5).

Orders and report-ins say their own terms; the shape of them and of the photos shown is the same.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from app.core.errors import Conflict
from app.core.fields import Schema
from app.core.files import Photo
from app.core.work import Work
from app.people.models import Role


class ObjectionTerms(Schema):
    """Until when one may object (`until` where that is a moment), who decides, and by when if it is sent now."""

    until: datetime | None
    zh: str
    en: str
    deciders: list[Role]
    decision_due: datetime


class NothingObjected(Conflict):
    """Evidence belongs to an objection that can be raised or waits for its decision."""

    code = "nothing_objected"
    zh = "现在没有可提出或待裁定的异议,不能上传证据。"
    en = "No objection can be raised or waits for its decision; evidence is not taken now."


def deciding(roles: Collection[str]) -> list[Role]:
    """Persons among those who may decide, in the order of the roles."""
    return [role for role in Role if role in roles and role is not Role.SYSTEM]


def evidence_rows(work: Work, photos: Sequence[Photo], **of: Any) -> list[dict[str, Any]]:
    """Rows of stored photos; their ids rise, so that they are shown in the order they were sent."""
    ids = sorted(work.new_id() for _ in photos)
    fixed = {"unit_id": next(iter(work.actor.units)), "at": work.clock.now(), **of}
    return [
        {"id": photo_id, "sha256": p.sha256, "width": p.width, "height": p.height, "size": p.size, **fixed}
        for photo_id, p in zip(ids, photos, strict=True)
    ]
