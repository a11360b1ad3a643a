"""Pack the assessment for an auditor: complete, redacted, sampled, signed."""
