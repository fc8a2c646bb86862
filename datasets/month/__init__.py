"""What a department or a city files, as a workbook: reports of a month and values of indicators to fill in and send
back; and the month of all departments, for the office to read."""
