"""What is done about the findings, by whom, by when."""
