"""What is computed: no session, no clock, no input or output."""
