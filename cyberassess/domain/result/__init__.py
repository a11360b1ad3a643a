"""What follows from the answers: determinations, scores, findings."""
