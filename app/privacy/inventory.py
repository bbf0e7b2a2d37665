"""Every class of personal data a district keeps: what, why, on what basis, how long, how it ends (R6.4)."""

from collections.abc import Mapping

from app.privacy.homes import OF_HOUSEHOLDS, OF_PHONES_AND_LOGS, OF_VISITS
from app.privacy.kept import Kept
from app.privacy.matters import OF_ISSUES, OF_WHISTLES

INVENTORY: Mapping[str, Kept] = {
    one.code: one for one in (*OF_ISSUES, *OF_WHISTLES, *OF_HOUSEHOLDS, *OF_VISITS, *OF_PHONES_AND_LOGS)
}
"""Code -> class, in the order in which they end."""
