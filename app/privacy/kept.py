"""What one class of personal data is, and the words classes share.

The periods are the service's own proposals within PIPL 19 (no longer than the purpose needs) unless a basis is
named; a district sets its own within the floors. What ends is told by `over`: a condition on the rows, given the
instant before which a period has run out. `left` keeps a class that is emptied and not deleted from ending twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from app.core.db import Base
from app.privacy.kinds import FieldClass, HoldOn

FORGOTTEN = "(已按保存期限清除)"
MASK = "*"
Over = Callable[[datetime], ColumnElement[bool]]


ANSWERING = "受理、办理并答复诉求"
VISITING = "走访、探访关爱和上门服务"
WORKING = "联合处置中的分工与核查"
SECURITY = "网络安全审计与追责"
STATUTORY = "PIPL 13(1)(3):履行法定职责"
CONSENT = "PIPL 13(1)(1)、29:本人单独同意"
LOGS = "网络安全法21(3):日志不少于六个月"
HALF_YEAR = 183


@dataclass(frozen=True)
class Kept:
    """One class of personal data. `empty` is what its columns become at the end; without it the row is deleted."""

    code: str
    zh: str
    en: str
    of: FieldClass
    model: type[Base]
    columns: tuple[str, ...]
    purpose: str
    basis: str
    days: int
    over: Over
    held: Mapping[HoldOn, Any]
    floor: int = 0
    left: ColumnElement[bool] | None = None
    empty: Mapping[str, Any] | None = None


def since(column: Any) -> Over:
    """Counted from a time of the row itself."""
    return lambda before: column < before
