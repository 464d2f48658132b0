"""Saved searches, the alerts that they fire, and cases."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _searches()
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "case_members",
        sa.Column("case", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
    )
    op.create_table(
        "case_entries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("sighting", sa.String(36)),
        sa.Column("camera", sa.Text),
        sa.Column("began", sa.DateTime(timezone=True)),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.Column("taken", sa.DateTime(timezone=True)),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("erased", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("case", "sighting", name="case_entries_once"),
    )
    op.create_index("ix_case_entries_sighting", "case_entries", ["sighting"])


def _searches() -> None:
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("cameras", sa.Text, nullable=False),
        sa.Column("least", sa.Float),
        sa.Column("quiet", sa.Text, nullable=False),
        sa.Column("webhook", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("owner", "name", name="saved_searches_by_name"),
    )
    op.create_table(
        "fresh_chunks",
        sa.Column("chunk", sa.String(32), primary_key=True),
        sa.Column("camera", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
    )
    op.create_index("fresh_chunks_by_camera", "fresh_chunks", ["camera", "since"])
    op.create_table(
        "alert_turns",
        sa.Column("camera", sa.Text, primary_key=True),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("search", sa.String(16), sa.ForeignKey("saved_searches.id"), nullable=False),
        sa.Column("sighting", sa.String(36), nullable=False),
        sa.Column("camera", sa.Text, nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.DateTime(timezone=True), nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("fired", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("quiet_until", sa.DateTime(timezone=True)),
        sa.Column("delivered", sa.DateTime(timezone=True)),
        sa.Column("trouble", sa.Text, nullable=False),
    )
    op.create_index("ix_alerts_sighting", "alerts", ["sighting"])
    op.create_index("alerts_of_search", "alerts", ["search", "fired"])
    op.create_index("alerts_due", "alerts", ["due"])
    op.create_table(
        "alert_tracks",
        sa.Column("search", sa.String(16), primary_key=True),
        sa.Column("track", sa.String(36), primary_key=True),
        sa.Column("alert", sa.String(36), sa.ForeignKey("alerts.id"), nullable=False),
    )
    op.create_index("ix_alert_tracks_alert", "alert_tracks", ["alert"])
