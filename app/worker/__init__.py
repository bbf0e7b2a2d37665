"""The worker process: delivers the outbox and rings the clocks of every district, fairly, and says it is alive.

Killed at any instant it repeats nothing that was committed: see core/outbox.py. Districts take turns, a few
events each, so that a busy one does not starve a quiet one. `loop` says when, `turns` and `housekeeping` what.
"""
