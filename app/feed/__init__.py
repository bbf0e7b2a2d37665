"""What has changed on which ground, for phones that were away: one append-only table, read by transaction id."""
