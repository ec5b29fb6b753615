"""What people answer to invitations by mail: REPLY and COUNTER read from whole mails, without the database."""
