"""Pages of projects: all of them, and each with its milestones, money and papers."""
