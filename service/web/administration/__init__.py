"""Administration: accounts, rules, templates, resources, days off, places and people, and the audit trail."""
