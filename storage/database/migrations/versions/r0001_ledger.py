"""The ledger as it was before migrations: chunks and shots."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    # Programs from before migrations ask this table whether they may use the database.
    op.create_table("schema", sa.Column("version", sa.Integer, primary_key=True, autoincrement=False))
    op.create_table(
        "chunks",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("camera", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("start", sa.Float, nullable=False),
        sa.Column("end", sa.Float, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("handoff", sa.Text, nullable=False),
    )
    op.create_index("chunks_by_state", "chunks", ["state", "began"])
    op.create_index("chunks_of_source", "chunks", ["camera", "fingerprint", "version", "position"])
    op.create_table(
        "shots",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("chunk", sa.String(32), sa.ForeignKey("chunks.id"), nullable=False),
        sa.Column("camera", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("track", sa.Integer, nullable=False),
        sa.Column("shot", sa.Integer, nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.DateTime(timezone=True), nullable=False),
        sa.Column("x1", sa.Float, nullable=False),
        sa.Column("y1", sa.Float, nullable=False),
        sa.Column("x2", sa.Float, nullable=False),
        sa.Column("y2", sa.Float, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("crop", sa.Text, nullable=False),
    )
    op.create_index("ix_shots_chunk", "shots", ["chunk"])
