"""Send the questions out as workbooks with letters, and remind those who are late."""
