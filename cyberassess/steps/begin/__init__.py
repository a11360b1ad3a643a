"""Begin an assessment: which sets and targets, whose, over which systems."""
