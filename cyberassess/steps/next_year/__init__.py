"""Take up corrected control sets."""
