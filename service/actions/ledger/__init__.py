"""Money and what is given: norms, estimates, payments, gifts, projects, learners, exchange rates."""
