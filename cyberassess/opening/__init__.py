"""An open assessment: reading it, writing to it, naming what is in it."""
