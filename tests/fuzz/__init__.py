"""Workbooks damaged by the thousand, and what becomes of them."""
