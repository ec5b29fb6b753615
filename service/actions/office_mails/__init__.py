"""The weekly schedule, the digest and other mails of the office itself."""
