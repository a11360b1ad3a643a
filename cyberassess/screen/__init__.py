"""The assessment on a screen: a server on this computer, and pages that call verbs of steps."""
