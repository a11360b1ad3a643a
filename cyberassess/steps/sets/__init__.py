"""Control sets: look at them, compare them, write and import them, give them official wording."""
