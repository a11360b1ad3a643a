"""Documents that support answers: kept, linked, reviewed, checked."""
