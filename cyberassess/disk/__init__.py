"""What lies on the disk: workspace, ledger segments, YAML, what ships with us, evidence."""
