"""Copying a visit: what its copy is called, on which days it lies, who can come along."""
