"""What every request passes: context, authentication, errors, the feed middleware."""
