"""Control sets and what is declared in them."""
