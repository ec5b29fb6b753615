"""Pages of learners: those of a batch, and of all batches."""
