"""A site that everything happens to: killed workers, stores away, a full disk, bad cameras and bad files."""
