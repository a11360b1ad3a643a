"""What the full report says of every outcome and place."""
