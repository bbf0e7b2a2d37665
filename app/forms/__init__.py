"""What is asked of people, and why: every compulsory field with its need and its source (DOMAIN R6.6).

A field without a need does not pass the tests; `GET /forms` shows the whole to anybody who fills one in.
"""
