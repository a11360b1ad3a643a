"""Assessments that other tools hold."""
