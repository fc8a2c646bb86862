"""Copies of a site: its rows and the files that they name, taken while it runs, and brought back."""
