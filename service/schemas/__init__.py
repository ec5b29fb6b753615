"""JSON input and output: marshmallow schemas derived from the tables, with the differences."""
