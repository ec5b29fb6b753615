"""What a person asks: the application, its API, its pages and the command line."""
