"""What is reported of the demonstration's projects by month: made at its first start, by a rule and a fixed seed."""
