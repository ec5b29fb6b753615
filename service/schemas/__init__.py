"""What comes in and goes out as JSON: marshmallow schemas derived from the tables, with what differs."""
