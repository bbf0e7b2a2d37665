"""Mechanisms that know no feature: settings, database, work, scope, workflow, trail, outbox, problems.

Tier: lowest. Nothing here may name a feature; eighteen files are the cap, so that this room stays small.
"""
