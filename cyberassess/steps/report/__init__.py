"""Print reports, and approve what they say."""
