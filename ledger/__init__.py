"""The ledger: all that a site holds of one plan, as sheets of an Excel workbook or as a folder of CSV files."""
