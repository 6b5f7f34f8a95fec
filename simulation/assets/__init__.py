"""Baked meshes and the scripts that bake them."""
