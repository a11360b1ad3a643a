"""What was recorded, and by whom: the ledger and what folds out of it."""
