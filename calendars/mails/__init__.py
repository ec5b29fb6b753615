"""Subjects, texts and calendar parts of mails."""
