"""The published rules, a file for each kind: from what counts to a determination, in words too."""
