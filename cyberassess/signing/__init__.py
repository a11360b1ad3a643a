"""Signatures on packs and on PDF."""
