"""Where the core meets files, spreadsheets, prompts and paper."""
