"""The pure core: what an assessment is and what follows from it. No files, clock or terminal."""
