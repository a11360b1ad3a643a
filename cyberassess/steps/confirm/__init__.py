"""Confirm the determinations, at the prompt or by a workbook of decisions."""
