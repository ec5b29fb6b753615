"""What every request goes through: context, authentication, errors, the feed middleware."""
