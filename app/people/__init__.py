"""Accounts, posts, units and what a post may see; the only way into the service.

Terms: account 账号 (a login), post 岗位 (a role over an area or a unit, dated), unit 单位, rank A/B AB角,
deputy 代理 (acts through the holder's post while the holder is absent 离岗).
Tier: above grid, below issues. `login.py` makes the Work every staff route depends on.
"""
