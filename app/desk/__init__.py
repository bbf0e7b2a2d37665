"""What a desk does with its queue as a whole: find anything in it, take it away as a sheet."""
