"""One function per command: the only place that joins adapters and reads the clock."""
