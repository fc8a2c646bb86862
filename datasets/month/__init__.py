"""The reports of a month as a workbook: a department's to fill in and send back, the office's to read."""
