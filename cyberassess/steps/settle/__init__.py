"""Settle what people, or copies of an assessment, say differently."""
