"""From a scorecard to paper."""
