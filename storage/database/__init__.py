"""The database of all records: its tables, how it opens, its migrations."""
