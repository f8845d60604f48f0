"""The story: the whole main job once, through the real windows of two desks and a real registry."""
