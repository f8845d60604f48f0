"""The story: the whole main job done once, through the real windows of two desks and a real registry."""
