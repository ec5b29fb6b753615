"""memoranda, plans and minutes below agreements, with bodies and signatories; notes about copies, days of review

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

KINDS = "'agreement', 'memorandum', 'plan', 'minutes'"
"""All there are so far are agreements."""
BELOW = (
    "CONSTRAINT fk_agreement_parent_id_agreement REFERENCES agreement (id)"
    " CONSTRAINT ck_agreement_not_its_own_parent CHECK (parent_id <> id)"
)
COLUMNS = (
    ("kind", f"VARCHAR(32) DEFAULT 'agreement' NOT NULL CONSTRAINT ck_agreement_kind_word CHECK (kind IN ({KINDS}))"),
    ("parent_id", f"VARCHAR(26) {BELOW}"),
    ("copies_note", "{json}"),
    ("review_on", "DATE CONSTRAINT ck_agreement_review_not_before_start CHECK (review_on >= starts_on)"),
)
"""Column, type and constraints: of the column itself, so that SQLite drops them with it."""


def upgrade() -> None:
    json_type = "JSONB" if op.get_bind().dialect.name == "postgresql" else "JSON"
    for column, definition in COLUMNS:
        op.execute(f"ALTER TABLE agreement ADD COLUMN {column} {definition.format(json=json_type)}")
    op.create_index(op.f("ix_agreement_parent_id"), "agreement", ["parent_id"])
    op.create_table(
        "agreement_body",
        sa.Column("agreement_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_agreement_body_agreement_id_agreement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_agreement_body_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "organisation_id", name=op.f("pk_agreement_body")),
    )
    op.create_index(op.f("ix_agreement_body_organisation_id"), "agreement_body", ["organisation_id"])
    op.create_table(
        "agreement_signatory",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("agreement_id", sa.String(length=26), nullable=False),
        sa.Column("party", sa.String(length=60), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=True),
        sa.Column("person_id", sa.String(length=26), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("position", JSON_VALUE, nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (name IS NULL)", name=op.f("ck_agreement_signatory_person_or_name")),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_agreement_signatory_agreement_id_agreement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["party"], ["locality.code"], name=op.f("fk_agreement_signatory_party_locality")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_agreement_signatory_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_agreement_signatory_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_signatory")),
    )
    for column in ("agreement_id", "organisation_id", "person_id"):
        op.create_index(op.f(f"ix_agreement_signatory_{column}"), "agreement_signatory", [column])


def downgrade() -> None:
    bind = op.get_bind()
    papers = sa.text(
        "SELECT count(*) FROM agreement WHERE kind <> 'agreement' OR parent_id IS NOT NULL OR copies_note IS NOT NULL"
        " OR review_on IS NOT NULL"
    )
    signed = (
        sa.text("SELECT count(*) FROM agreement_body"),
        sa.text("SELECT count(*) FROM agreement_signatory"),
    )
    number, bodies, signatories = (bind.execute(one).scalar_one() for one in (papers, *signed))
    if number or bodies or signatories:
        raise RuntimeError(
            f"{number} agreements are memoranda, plans or minutes, stand below another, or have a note about copies or a"
            f" day of review; {bodies} bodies and {signatories} signatories are named. The old version can't hold these:"
            " take them out first (PATCH /agreements/{id}, or the page of agreements), or keep this version."
        )
    op.drop_table("agreement_signatory")
    op.drop_table("agreement_body")
    op.drop_index(op.f("ix_agreement_parent_id"), "agreement")
    for column, _definition in reversed(COLUMNS):
        op.execute(f"ALTER TABLE agreement DROP COLUMN {column}")
