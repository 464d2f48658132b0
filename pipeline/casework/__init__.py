"""Questions that stand, the alerts that they fire and who is told; cases as files."""
