"""Sections of the full report."""
