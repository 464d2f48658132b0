"""Cameras, gaps in their footage, windows of the schedule, and since when a chunk is in its state."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # 2 is more than programs from before migrations know, so they refuse the database.
    op.execute("DELETE FROM schema")
    op.execute("INSERT INTO schema (version) VALUES (2)")
    op.add_column("chunks", sa.Column("changed", sa.DateTime(timezone=True)))
    op.create_index("shots_by_day", "shots", ["camera", "began"])
    op.create_table(
        "cameras",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("fps", sa.Float),
        sa.Column("zones", sa.Text, nullable=False),
        sa.Column("hours", sa.Text, nullable=False),
        sa.Column("retention_days", sa.Integer),
        sa.Column("batch", sa.Boolean, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "gaps",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("camera", sa.Text, nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("gaps_of_camera", "gaps", ["camera", "began"])
    op.create_table(
        "windows",
        sa.Column("task", sa.Text, primary_key=True),
        sa.Column("began", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("finished", sa.DateTime(timezone=True)),
        sa.Column("result", sa.Text, nullable=False),
    )
