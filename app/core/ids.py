"""Ids and chance are handed in: UUIDv7 for rows, short human numbers for people (STYLE 3.8)."""

import secrets
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

BUSY_DAY = 50_000  # five random digits begin to collide; six from here on (HOUSE 4.5)


class Ids(Protocol):
    """A source of new ids and of chance."""

    def new(self, at: datetime) -> UUID: ...

    def digits(self, count: int) -> str: ...

    def salt(self) -> bytes: ...


class SystemIds:
    """Ids from the operating system's randomness."""

    def new(self, at: datetime) -> UUID:
        """UUIDv7 (RFC 9562): 48 bits of milliseconds, then randomness; nothing may order by it."""
        millis = int(at.timestamp() * 1000) & (1 << 48) - 1
        value = millis << 80 | int.from_bytes(secrets.token_bytes(10))
        value = value & ~(0xF << 76) | 0x7 << 76
        value = value & ~(0x3 << 62) | 0x2 << 62
        return UUID(int=value)

    def digits(self, count: int) -> str:
        """`count` decimal digits."""
        return f"{secrets.randbelow(10**count):0{count}d}"

    def salt(self) -> bytes:
        """Sixteen bytes for one subject's digests."""
        return secrets.token_bytes(16)


def check_digit(digits: str) -> str:
    """ISO 7064 mod 11,10: catches every single wrong digit and nearly every swap of neighbours."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def issue_number(day: date, body: str) -> str:
    """`20261120-30746-5`: the day, digits not in order, a check digit over both (HOUSE 4.5)."""
    return f"{day:%Y%m%d}-{body}-{check_digit(f'{day:%Y%m%d}{body}')}"


def is_issue_number(text: str) -> bool:
    """Whether the three parts are there and the check digit holds."""
    day, _, rest = text.partition("-")
    body, _, check = rest.partition("-")
    plain = day.isascii() and day.isdigit() and body.isascii() and body.isdigit()
    return plain and len(day) == 8 and len(body) in (5, 6) and check == check_digit(day + body)  # noqa: PLR2004
