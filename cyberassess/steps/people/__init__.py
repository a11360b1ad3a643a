"""Who is asked what about which systems, and who took over from whom."""
