"""Visits 走访, patrols 巡查 and the plans behind them (DESIGN 6, DOMAIN R4).

A visit is append-only and its author may amend it for a day. What is due is reckoned on the server from rules and
visits, by household and period; overdue is there to help, never to rank.
"""
