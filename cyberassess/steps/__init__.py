"""The steps of the year, a folder each, as the README tells them."""
