"""The monthly reports of the demonstration's projects: made at its first start, by a rule and a fixed seed."""
