"""Blocks in each medium: HTML, Word, pictures, CSV."""
