"""Parts that documents are made of."""
