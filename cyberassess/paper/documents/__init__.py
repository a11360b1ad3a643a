"""The documents: full report, board summary, theme, findings, applicability, pages of a pack."""
