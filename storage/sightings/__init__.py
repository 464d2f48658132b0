"""The index of sightings: Qdrant Edge in a folder, or a Qdrant server."""
