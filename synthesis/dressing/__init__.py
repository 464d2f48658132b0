"""Bodies, and what they wear and carry, as meshes."""
