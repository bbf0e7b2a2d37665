"""What the pages are told."""

from datetime import datetime

from app.core.fields import Schema


class ProgressOut(Schema):
    """One thing that happened, as a resident would tell it."""

    at: datetime
    zh: str
    en: str
