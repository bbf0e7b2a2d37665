"""What the worker does with an issue when a clock rings and nobody has acted (CASES 2.3)."""

from collections.abc import Mapping

from app.clocks.firing import Act

BY_KIND: Mapping[str, Act] = {}
