"""Whistle 吹哨 and report-in 部门报到: what one office cannot solve, several do together (DOMAIN 2, DESIGN 5).

The street whistles; every unit called has a report-in of its own with its own clocks; survey, tasks and photos are
shared; it closes when the work is done, the street has looked and the residents were asked. Both sides are scored.
"""
