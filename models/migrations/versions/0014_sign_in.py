"""accounts count how often their known browsers became strangers

The version before knows no known browsers; going down loses only the count, and browsers sign in as strangers do.

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('ALTER TABLE "user" ADD COLUMN known_browsers INTEGER DEFAULT 0 NOT NULL')


def downgrade() -> None:
    op.execute('ALTER TABLE "user" DROP COLUMN known_browsers')
