"""Dispatch 派单: which unit owns a matter, its work order, and who decides when the unit says it is not theirs.

Everything here is about the units; the reporter, their clock and their word stay with the issue below. An order
never outlives its issue: `subscribers` lets it follow wherever the issue goes.
"""
