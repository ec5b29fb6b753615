"""Resources and their bookings; two never hold what fits one."""
