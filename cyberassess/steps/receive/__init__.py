"""Take answers: workbooks that come back, the prompt, other tools' files; each gets a receipt."""
