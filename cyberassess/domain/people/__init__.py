"""People, and what each is asked."""
