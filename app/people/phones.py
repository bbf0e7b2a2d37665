"""Work phones: shown on signs only of those who gave theirs for it; sealed, and off when the person says so."""

from uuid import UUID

from pydantic import Field
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.crypto import Keys
from app.core.fields import Phone, Schema
from app.people.models import Account

CONTEXT = "account.work_phone"


class WorkPhone(Schema):
    """The number residents may call; none takes it off every sign."""

    phone: Phone | None = Field(examples=["0871-67470001"])


async def give(session: AsyncSession, keys: Keys, account_id: UUID, phone: str | None) -> None:
    """Keep the number one's own account shows, or take it back."""
    sealed = None if phone is None else keys.seal(phone, CONTEXT)
    await session.execute(update(Account).where(Account.id == account_id).values(work_phone=sealed))


def shown(keys: Keys, sealed: bytes | None) -> str | None:
    """The number as a resident sees it; none where none was given."""
    return None if sealed is None else keys.unseal(bytes(sealed), CONTEXT)
