"""Dwellings 房屋 and households 户: who lives behind which door, and what help they need (DESIGN 2, R6.1-R6.4).

A dwelling is a door, a household the people keeping one home behind it from-to, residents its members. Names,
phones and identity numbers are sealed and found by keyed hashes only; care needs are apart, bound to a purpose,
and every reading of them is logged.
"""
