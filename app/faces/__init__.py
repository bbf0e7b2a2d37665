"""What the pages of the four faces need beside the features: how far a matter has come, in a resident's words."""
