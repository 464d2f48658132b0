"""What people keep of their looking: saved searches, the alerts that they fire, cases."""
