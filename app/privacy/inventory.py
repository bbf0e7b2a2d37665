"""Every class of personal data a district keeps: what, why, on what basis, how long, how it ends (R6.4)."""

from collections.abc import Mapping
from functools import cache

from app.privacy.homes import of_households, of_phones_and_logs, of_visits
from app.privacy.kept import Kept
from app.privacy.matters import of_issues, of_whistles


@cache
def inventory() -> Mapping[str, Kept]:
    """Code -> class, in the order in which they end."""
    whole = (*of_issues(), *of_whistles(), *of_households(), *of_visits(), *of_phones_and_logs())
    return {one.code: one for one in whole}
