"""What a screen is told."""

from uuid import UUID

from app.core.fields import Schema


class Changed(Schema):
    """A subject that has changed; `of` is the issue or whistle on whose page it stands."""

    kind: str
    id: UUID
    of: UUID
