"""first tables

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "agreement",
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("title", JSON_VALUE, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("signed_at_place", JSON_VALUE, nullable=True),
        sa.Column("predecessor_id", sa.String(length=26), nullable=True),
        sa.Column("languages", JSON_VALUE, nullable=False),
        sa.Column("copies", sa.Integer(), nullable=True),
        sa.CheckConstraint("copies >= 1", name=op.f("ck_agreement_copies_from_one")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_agreement_period_in_order")),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["agreement.id"], name=op.f("fk_agreement_predecessor_id_agreement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    op.create_table(
        "anniversary",
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("title", JSON_VALUE, nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anniversary")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(length=26), nullable=True),
        sa.Column("actor_name", sa.String(length=254), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("entity_id", sa.String(length=60), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=True),
        sa.Column("changes", JSON_VALUE, nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)
        batch_op.create_index("ix_audit_entity", ["entity", "entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_id"), ["event_id"], unique=False)

    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "locality",
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name", JSON_VALUE, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("aliases", JSON_VALUE, nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("successor", sa.String(length=60), nullable=True),
        sa.Column("succeeded_on", sa.Date(), nullable=True),
        sa.CheckConstraint("level IN ('province', 'city', 'capital', 'country')", name=op.f("ck_locality_level_word")),
        sa.CheckConstraint("(successor IS NULL) = (succeeded_on IS NULL)", name=op.f("ck_locality_successor_has_day")),
        sa.CheckConstraint("successor <> code", name=op.f("ck_locality_not_its_own_successor")),
        sa.ForeignKeyConstraint(["successor"], ["locality.code"], name=op.f("fk_locality_successor_locality")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_locality")),
    )
    op.create_table(
        "login_failure",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failure")),
    )
    with op.batch_alter_table("login_failure", schema=None) as batch_op:
        batch_op.create_index("ix_login_failure_who", ["account", "address", "at"], unique=False)

    op.create_table(
        "reminder_rule",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", JSON_VALUE, nullable=False),
        sa.Column("kinds", JSON_VALUE, nullable=False),
        sa.Column("anchor", sa.String(length=32), nullable=False),
        sa.Column("offset", sa.String(length=40), nullable=False),
        sa.Column("at", sa.Time(), nullable=True),
        sa.Column("working_days", sa.Boolean(), nullable=False),
        sa.Column("audience", JSON_VALUE, nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "anchor IN ('arrival', 'start', 'end', 'task_due')", name=op.f("ck_reminder_rule_anchor_word")
        ),
        sa.CheckConstraint("channel IN ('email')", name=op.f("ck_reminder_rule_channel_word")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_rule")),
    )
    op.create_table(
        "seed_entry",
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("entity_id", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("section", "key", name=op.f("pk_seed_entry")),
    )
    op.create_table(
        "agreement_party",
        sa.Column("locality", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_agreement_party_agreement_id_agreement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["locality"], ["locality.code"], name=op.f("fk_agreement_party_locality_locality")),
        sa.PrimaryKeyConstraint("locality", "agreement_id", name=op.f("pk_agreement_party")),
    )
    with op.batch_alter_table("agreement_party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_party_locality"), ["locality"], unique=False)

    op.create_table(
        "anniversary_party",
        sa.Column("locality", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("anniversary_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["anniversary_id"],
            ["anniversary.id"],
            name=op.f("fk_anniversary_party_anniversary_id_anniversary"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["locality"], ["locality.code"], name=op.f("fk_anniversary_party_locality_locality")),
        sa.PrimaryKeyConstraint("locality", "anniversary_id", name=op.f("pk_anniversary_party")),
    )
    with op.batch_alter_table("anniversary_party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_anniversary_party_locality"), ["locality"], unique=False)

    op.create_table(
        "commitment",
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("agreement_id", sa.String(length=26), nullable=False),
        sa.Column("article", sa.String(length=20), nullable=False),
        sa.Column("field", JSON_VALUE, nullable=False),
        sa.Column("title", JSON_VALUE, nullable=False),
        sa.Column("activity", sa.String(length=32), nullable=False),
        sa.Column("host", sa.String(length=60), nullable=True),
        sa.Column("guest", sa.String(length=60), nullable=True),
        sa.Column("headcount_min", sa.Integer(), nullable=True),
        sa.Column("headcount_max", sa.Integer(), nullable=True),
        sa.Column("headcount_total", sa.Integer(), nullable=True),
        sa.Column("duration_min", sa.Integer(), nullable=True),
        sa.Column("duration_max", sa.Integer(), nullable=True),
        sa.Column("duration_unit", sa.String(length=32), nullable=True),
        sa.Column("frequency_type", sa.String(length=32), nullable=False),
        sa.Column("frequency_count", sa.Integer(), nullable=True),
        sa.Column("frequency_min_years", sa.Integer(), nullable=True),
        sa.Column("frequency_max_years", sa.Integer(), nullable=True),
        sa.Column("funded_by", sa.String(length=60), nullable=True),
        sa.Column("phases", JSON_VALUE, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(frequency_type IN ('per_year', 'in_period')) = (frequency_count IS NOT NULL) AND (frequency_type = 'every') = (frequency_min_years IS NOT NULL) AND (frequency_type = 'every') = (frequency_max_years IS NOT NULL)",
            name=op.f("ck_commitment_frequency_complete"),
        ),
        sa.CheckConstraint(
            "activity IN ('delegation', 'training_batch', 'art_troupe_visit', 'anniversary', 'activity')",
            name=op.f("ck_commitment_activity_word"),
        ),
        sa.CheckConstraint(
            "duration_unit IN ('days', 'months', 'years')", name=op.f("ck_commitment_duration_unit_word")
        ),
        sa.CheckConstraint(
            "frequency_type IN ('per_year', 'every', 'in_period', 'open')",
            name=op.f("ck_commitment_frequency_type_word"),
        ),
        sa.CheckConstraint("duration_max >= duration_min", name=op.f("ck_commitment_duration_range")),
        sa.CheckConstraint("duration_min >= 1 AND duration_max >= 1", name=op.f("ck_commitment_durations")),
        sa.CheckConstraint(
            "duration_min IS NULL OR duration_unit IS NOT NULL", name=op.f("ck_commitment_duration_has_unit")
        ),
        sa.CheckConstraint(
            "frequency_count >= 1 AND frequency_min_years >= 1", name=op.f("ck_commitment_frequency_positive")
        ),
        sa.CheckConstraint("frequency_max_years >= frequency_min_years", name=op.f("ck_commitment_frequency_range")),
        sa.CheckConstraint("headcount_max >= headcount_min", name=op.f("ck_commitment_headcount_range")),
        sa.CheckConstraint(
            "headcount_min >= 0 AND headcount_max >= 0 AND headcount_total >= 0", name=op.f("ck_commitment_headcounts")
        ),
        sa.CheckConstraint("host <> guest", name=op.f("ck_commitment_host_is_not_guest")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_commitment_agreement_id_agreement"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["funded_by"], ["locality.code"], name=op.f("fk_commitment_funded_by_locality")),
        sa.ForeignKeyConstraint(["guest"], ["locality.code"], name=op.f("fk_commitment_guest_locality")),
        sa.ForeignKeyConstraint(["host"], ["locality.code"], name=op.f("fk_commitment_host_locality")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
    )
    with op.batch_alter_table("commitment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commitment_agreement_id"), ["agreement_id"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", JSON_VALUE, nullable=False),
        sa.Column("locality", sa.String(length=60), nullable=False),
        sa.Column("aliases", JSON_VALUE, nullable=False),
        sa.ForeignKeyConstraint(["locality"], ["locality.code"], name=op.f("fk_organisation_locality_locality")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_locality"), ["locality"], unique=False)

    op.create_table(
        "person",
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("position", JSON_VALUE, nullable=True),
        sa.Column("organisation_id", sa.String(length=26), nullable=True),
        sa.Column("precedence", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("languages", JSON_VALUE, nullable=False),
        sa.CheckConstraint("precedence >= 1", name=op.f("ck_person_precedence_from_one")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_person_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "user",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=True),
        sa.Column("locale", sa.String(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.CheckConstraint("locale IN ('vi', 'lo', 'en')", name=op.f("ck_user_locale_word")),
        sa.CheckConstraint("role IN ('viewer', 'officer', 'approver', 'admin')", name=op.f("ck_user_role_word")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_user_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_api_token_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_user_id"), ["user_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("uid", sa.String(length=255), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("title", JSON_VALUE, nullable=False),
        sa.Column("description", JSON_VALUE, nullable=True),
        sa.Column("host", sa.String(length=60), nullable=False),
        sa.Column("guest", sa.String(length=60), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=True),
        sa.Column("end_time", sa.Time(), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("arrives_on", sa.Date(), nullable=False),
        sa.Column("departs_on", sa.Date(), nullable=False),
        sa.Column("location", JSON_VALUE, nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("postponed_from", sa.Date(), nullable=True),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("headcount_actual", sa.Integer(), nullable=True),
        sa.Column("commitment_id", sa.String(length=26), nullable=True),
        sa.Column("organisation_id", sa.String(length=26), nullable=True),
        sa.Column("funded_by", sa.String(length=60), nullable=True),
        sa.Column("budget_amount", sa.BigInteger(), nullable=True),
        sa.Column("budget_currency", sa.String(length=32), nullable=True),
        sa.Column("visibility", sa.String(length=32), nullable=False),
        sa.Column("created_by", sa.String(length=26), nullable=True),
        sa.Column("purpose", JSON_VALUE, nullable=True),
        sa.Column("level", sa.String(length=32), nullable=True),
        sa.Column("head_id", sa.String(length=26), nullable=True),
        sa.Column("subject", JSON_VALUE, nullable=True),
        sa.Column("institution_id", sa.String(length=26), nullable=True),
        sa.Column("composition", JSON_VALUE, nullable=True),
        sa.Column("troupe", JSON_VALUE, nullable=True),
        sa.Column("occasion", JSON_VALUE, nullable=True),
        sa.Column("anniversary_id", sa.String(length=26), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("ordinal", sa.Integer(), nullable=True),
        sa.Column("activity_type", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "activity_type IN ('meeting', 'seminar', 'forum', 'fair', 'sports', 'ceremony', 'survey', 'handover', 'other')",
            name=op.f("ck_event_activity_type_word"),
        ),
        sa.CheckConstraint("budget_currency IN ('VND', 'LAK', 'USD')", name=op.f("ck_event_budget_currency_word")),
        sa.CheckConstraint(
            "kind <> 'anniversary' OR (anniversary_id IS NOT NULL AND year IS NOT NULL)",
            name=op.f("ck_event_ceremony_of"),
        ),
        sa.CheckConstraint("kind = 'activity' OR (activity_type IS NULL)", name=op.f("ck_event_only_activity")),
        sa.CheckConstraint(
            "kind = 'anniversary' OR (anniversary_id IS NULL AND year IS NULL AND ordinal IS NULL)",
            name=op.f("ck_event_only_anniversary"),
        ),
        sa.CheckConstraint(
            "kind = 'art_troupe_visit' OR (troupe IS NULL AND occasion IS NULL)",
            name=op.f("ck_event_only_art_troupe_visit"),
        ),
        sa.CheckConstraint(
            "kind = 'delegation' OR (purpose IS NULL AND level IS NULL AND head_id IS NULL)",
            name=op.f("ck_event_only_delegation"),
        ),
        sa.CheckConstraint(
            "kind = 'training_batch' OR (subject IS NULL AND institution_id IS NULL AND composition IS NULL)",
            name=op.f("ck_event_only_training_batch"),
        ),
        sa.CheckConstraint(
            "kind IN ('delegation', 'training_batch', 'art_troupe_visit', 'anniversary', 'activity')",
            name=op.f("ck_event_kind_word"),
        ),
        sa.CheckConstraint("level IN ('high', 'department', 'working')", name=op.f("ck_event_level_word")),
        sa.CheckConstraint(
            "status IN ('draft', 'planned', 'confirmed', 'ongoing', 'completed', 'postponed', 'cancelled')",
            name=op.f("ck_event_status_word"),
        ),
        sa.CheckConstraint("visibility IN ('public', 'internal')", name=op.f("ck_event_visibility_word")),
        sa.CheckConstraint(
            "(budget_amount IS NULL) = (budget_currency IS NULL)", name=op.f("ck_event_budget_has_currency")
        ),
        sa.CheckConstraint("budget_amount >= 0", name=op.f("ck_event_budget_not_negative")),
        sa.CheckConstraint("departs_on >= arrives_on", name=op.f("ck_event_travel_in_order")),
        sa.CheckConstraint("headcount >= 0 AND headcount_actual >= 0", name=op.f("ck_event_headcounts")),
        sa.CheckConstraint("host <> guest", name=op.f("ck_event_host_is_not_guest")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_event_days_in_order")),
        sa.ForeignKeyConstraint(
            ["anniversary_id"], ["anniversary.id"], name=op.f("fk_event_anniversary_id_anniversary")
        ),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_event_commitment_id_commitment")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_event_created_by_user")),
        sa.ForeignKeyConstraint(["funded_by"], ["locality.code"], name=op.f("fk_event_funded_by_locality")),
        sa.ForeignKeyConstraint(["guest"], ["locality.code"], name=op.f("fk_event_guest_locality")),
        sa.ForeignKeyConstraint(["head_id"], ["person.id"], name=op.f("fk_event_head_id_person")),
        sa.ForeignKeyConstraint(["host"], ["locality.code"], name=op.f("fk_event_host_locality")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["organisation.id"], name=op.f("fk_event_institution_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_event_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("uid", name=op.f("uq_event_uid")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_anniversary_id"), ["anniversary_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_commitment_id"), ["commitment_id"], unique=False)
        batch_op.create_index("ix_event_days", ["first_day", "last_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_guest"), ["guest"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_host"), ["host"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_status"), ["status"], unique=False)
        batch_op.create_index(
            "uq_event_one_ceremony_a_year",
            ["anniversary_id", "year"],
            unique=True,
            sqlite_where=sa.text("kind = 'anniversary' AND status <> 'cancelled'"),
            postgresql_where=sa.text("kind = 'anniversary' AND status <> 'cancelled'"),
        )

    op.create_table(
        "feed",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=32), nullable=False),
        sa.Column("filter", JSON_VALUE, nullable=False),
        sa.Column("alarms", sa.Boolean(), nullable=False),
        sa.Column("past_days", sa.Integer(), nullable=False),
        sa.Column("tombstone_days", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("locale IN ('vi', 'lo', 'en')", name=op.f("ck_feed_locale_word")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_feed_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_token_hash")),
    )
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_user_id"), ["user_id"], unique=False)

    op.create_table(
        "idempotency_key",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_idempotency_key_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "key_hash", name=op.f("pk_idempotency_key")),
    )
    with op.batch_alter_table("idempotency_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_key_created_at"), ["created_at"], unique=False)

    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_web_session_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "ical_fragment",
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("alarm", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_ical_fragment_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "language", "alarm", name=op.f("pk_ical_fragment")),
    )
    op.create_table(
        "member",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "role IN ('head', 'deputy', 'member', 'interpreter', 'security', 'driver')",
            name=op.f("ck_member_role_word"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_member_event_id_event"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_member_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("event_id", "person_id", name="uq_member_once"),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_member_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_member_one_head",
            ["event_id"],
            unique=True,
            sqlite_where=sa.text("role = 'head'"),
            postgresql_where=sa.text("role = 'head'"),
        )

    op.create_table(
        "performance",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("time", sa.Time(), nullable=True),
        sa.Column("venue", JSON_VALUE, nullable=True),
        sa.Column("title", JSON_VALUE, nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_performance_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performance")),
    )
    with op.batch_alter_table("performance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_performance_event_id"), ["event_id"], unique=False)

    op.create_table(
        "programme_item",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=True),
        sa.Column("end_time", sa.Time(), nullable=True),
        sa.Column("title", JSON_VALUE, nullable=False),
        sa.Column("place", JSON_VALUE, nullable=True),
        sa.Column("hosted_by", JSON_VALUE, nullable=True),
        sa.Column("attendees", JSON_VALUE, nullable=True),
        sa.CheckConstraint("end_time > start_time", name=op.f("ck_programme_item_hours_in_order")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_programme_item_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_item")),
    )
    with op.batch_alter_table("programme_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_item_event_id"), ["event_id"], unique=False)

    op.create_table(
        "programme_revision",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("items", JSON_VALUE, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_programme_revision_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["published_by"], ["user.id"], name=op.f("fk_programme_revision_published_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_revision")),
        sa.UniqueConstraint("event_id", "number", name="uq_programme_revision_number"),
    )
    with op.batch_alter_table("programme_revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_revision_event_id"), ["event_id"], unique=False)

    op.create_table(
        "task",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("title", JSON_VALUE, nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=True),
        sa.Column("person_id", sa.String(length=26), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_offset", sa.String(length=40), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_task_event_id_event"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_task_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_task_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_event_id"), ["event_id"], unique=False)

    op.create_table(
        "training_phase",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", JSON_VALUE, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("institution_id", sa.String(length=26), nullable=True),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_training_phase_days_in_order")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_training_phase_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["organisation.id"], name=op.f("fk_training_phase_institution_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_phase")),
    )
    with op.batch_alter_table("training_phase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_phase_event_id"), ["event_id"], unique=False)

    op.create_table(
        "reminder",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("rule_id", sa.String(length=26), nullable=True),
        sa.Column("rule_key", sa.String(length=60), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("task_id", sa.String(length=26), nullable=True),
        sa.Column("task_key", sa.String(length=26), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("locale", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(length=100), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'sending') = (lease_until IS NOT NULL)", name=op.f("ck_reminder_lease_while_sending")
        ),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_reminder_sent_has_instant")),
        sa.CheckConstraint("locale IN ('vi', 'lo', 'en')", name=op.f("ck_reminder_locale_word")),
        sa.CheckConstraint("purpose IN ('reminder', 'cancellation')", name=op.f("ck_reminder_purpose_word")),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'failed', 'skipped')", name=op.f("ck_reminder_state_word")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_reminder_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["reminder_rule.id"], name=op.f("fk_reminder_rule_id_reminder_rule"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_reminder_task_id_task"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("event_id", "rule_key", "task_key", "recipient", "due_at", name="uq_reminder_once"),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_event_id"), ["event_id"], unique=False)
        batch_op.create_index("ix_reminder_queue", ["state", "next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminder_rule_id"), ["rule_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_rule_id"))
        batch_op.drop_index("ix_reminder_queue")
        batch_op.drop_index(batch_op.f("ix_reminder_event_id"))

    op.drop_table("reminder")
    with op.batch_alter_table("training_phase", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_phase_event_id"))

    op.drop_table("training_phase")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_event_id"))
        batch_op.drop_index(batch_op.f("ix_task_due_on"))

    op.drop_table("task")
    with op.batch_alter_table("programme_revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_revision_event_id"))

    op.drop_table("programme_revision")
    with op.batch_alter_table("programme_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_item_event_id"))

    op.drop_table("programme_item")
    with op.batch_alter_table("performance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_performance_event_id"))

    op.drop_table("performance")
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_member_one_head", sqlite_where=sa.text("role = 'head'"), postgresql_where=sa.text("role = 'head'")
        )
        batch_op.drop_index(batch_op.f("ix_member_person_id"))
        batch_op.drop_index(batch_op.f("ix_member_event_id"))

    op.drop_table("member")
    op.drop_table("ical_fragment")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_session_user_id"))

    op.drop_table("web_session")
    with op.batch_alter_table("idempotency_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_key_created_at"))

    op.drop_table("idempotency_key")
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feed_user_id"))

    op.drop_table("feed")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_event_one_ceremony_a_year",
            sqlite_where=sa.text("kind = 'anniversary' AND status <> 'cancelled'"),
            postgresql_where=sa.text("kind = 'anniversary' AND status <> 'cancelled'"),
        )
        batch_op.drop_index(batch_op.f("ix_event_status"))
        batch_op.drop_index(batch_op.f("ix_event_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_event_kind"))
        batch_op.drop_index(batch_op.f("ix_event_host"))
        batch_op.drop_index(batch_op.f("ix_event_guest"))
        batch_op.drop_index("ix_event_days")
        batch_op.drop_index(batch_op.f("ix_event_commitment_id"))
        batch_op.drop_index(batch_op.f("ix_event_anniversary_id"))

    op.drop_table("event")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_user_id"))

    op.drop_table("api_token")
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_organisation_id"))

    op.drop_table("user")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_organisation_id"))

    op.drop_table("person")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_locality"))

    op.drop_table("organisation")
    with op.batch_alter_table("commitment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commitment_agreement_id"))

    op.drop_table("commitment")
    with op.batch_alter_table("anniversary_party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_anniversary_party_locality"))

    op.drop_table("anniversary_party")
    with op.batch_alter_table("agreement_party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_party_locality"))

    op.drop_table("agreement_party")
    op.drop_table("seed_entry")
    op.drop_table("reminder_rule")
    with op.batch_alter_table("login_failure", schema=None) as batch_op:
        batch_op.drop_index("ix_login_failure_who")

    op.drop_table("login_failure")
    op.drop_table("locality")
    op.drop_table("heartbeat")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_id"))
        batch_op.drop_index("ix_audit_entity")
        batch_op.drop_index(batch_op.f("ix_audit_at"))

    op.drop_table("audit")
    op.drop_table("anniversary")
    op.drop_table("agreement")
