"""From a dressed person to the picture of a camera."""
