"""What the office looks at: the three rates, the clocks, the supervision lists and the hourly ledger.

Every figure is a count of rows that can be opened, through the scope of the reader's post; none is about a person
(DESIGN 7). A rate is a named, versioned formula in words of a closed vocabulary, raw and adjusted (R1.10).
"""
