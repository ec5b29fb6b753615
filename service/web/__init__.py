"""The console: server-rendered pages for browsers, usable without JavaScript."""
