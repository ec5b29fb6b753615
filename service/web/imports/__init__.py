"""Uploading calendar files and member lists."""
