"""Renders people with exactly known looks, describes them, and writes data sets in the field's formats."""
