"""Every wait has a limit and somebody who acts when nobody does (DOMAIN R1.3-R1.4, CASES 2.3).

A `Wait` is one running clock of one subject: who is waited for, since when, until when, and when the worker has
to look at it next. Rules, calendar, office hours and ladder are the district's own rows (`house`).
"""
