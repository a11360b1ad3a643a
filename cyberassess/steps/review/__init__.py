"""Have somebody independent look at the determinations."""
