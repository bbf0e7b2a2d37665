"""Sign boards 公示牌: who serves this building, on a public page and on paper (DESIGN 2, DOMAIN R3.6).

A sign carries a keyed, dated id; a scan names the place with no account and no position. Work phones are shown of
those only who gave theirs; no household stands on any board.
"""
