"""Lists of people as CSV and XLSX rows."""
