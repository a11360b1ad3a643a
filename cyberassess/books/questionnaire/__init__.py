"""The questionnaire: its writing and its reading."""
