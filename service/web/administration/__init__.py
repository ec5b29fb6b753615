"""Administration: accounts, rules, templates, what can be booked, days off, places and people, and the audit trail."""
