"""Where the assessment stands: status, scores, and how each came about."""
