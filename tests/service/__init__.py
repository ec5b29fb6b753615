"""Tests of the service room: the API as a client sees it, its pages, its commands."""
