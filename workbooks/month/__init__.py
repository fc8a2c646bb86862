"""The workbooks of a department or a city: reports of a month and values of indicators to fill in and send back; and
the month of all departments, for the office to read."""
