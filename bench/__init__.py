"""The benchmark: what PERFORMANCE promises, as ratios inside one run on a private, durable database."""
