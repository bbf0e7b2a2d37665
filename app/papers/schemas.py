"""What is said of papers: which there are for a matter, which are signed, and who may sign."""

from datetime import datetime

from app.core.fields import Schema


class PaperOut(Schema):
    """One paper of a matter; without a number it prints as a draft."""

    kind: str
    title: str
    title_en: str
    number: str | None
    signed_at: datetime | None
    may_sign: bool
    href: str
