"""The console in a real browser: Debian's Chromium, driven as an officer would."""
