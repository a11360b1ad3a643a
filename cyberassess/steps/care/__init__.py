"""Verify, join and recover assessments, and verify packs."""
