"""The tables of saved searches, alerts and cases, in the same database as the ledger."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.database.tables import Utc, metadata

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("owner", Text, nullable=False),  # an account, or os:NAME
    Column("name", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("cameras", Text, nullable=False),  # JSON list; empty: all that the owner may see
    Column("least", Float),  # probability; null: the model's threshold
    Column("quiet", Text, nullable=False),  # hours; "": never
    Column("webhook", Text, nullable=False),  # "": none
    Column("secret", Text, nullable=False),  # signs what is delivered, so it is kept as it is
    Column("since", Utc, nullable=False),  # what was indexed before is not its business
    Column("paused", Utc),  # null: it looks
    UniqueConstraint("owner", "name", name="saved_searches_by_name"),
)

# Chunks that were indexed and not yet compared with the saved searches.
fresh_chunks = Table(
    "fresh_chunks",
    metadata,
    Column("chunk", String(32), primary_key=True),
    Column("camera", Text, nullable=False),
    Column("since", Utc, nullable=False),  # when it was indexed
    Column("attempts", Integer, nullable=False),
    Index("fresh_chunks_by_camera", "camera", "since"),
)

# Whose turn it is to compare a camera's chunks: one person fires once, so one process looks at a time.
alert_turns = Table(
    "alert_turns",
    metadata,
    Column("camera", Text, primary_key=True),
    Column("worker", Text, nullable=False),
    Column("lease_until", Utc),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("search", ForeignKey("saved_searches.id"), nullable=False),
    Column("sighting", String(36), nullable=False, index=True),
    Column("camera", Text, nullable=False),
    Column("began", Utc, nullable=False),
    Column("ended", Utc, nullable=False),
    Column("taken", Utc, nullable=False),
    Column("probability", Float, nullable=False),
    Column("reasons", Text, nullable=False),  # JSON
    Column("fired", Utc, nullable=False),
    Column("due", Utc),  # when to deliver it next; null: delivered, given up, or nowhere to
    Column("attempts", Integer, nullable=False),
    Column("worker", Text, nullable=False),
    Column("lease_until", Utc),
    Column("quiet_until", Utc),  # null: it was never held back
    Column("delivered", Utc),
    Column("trouble", Text, nullable=False),  # why the last attempt failed
    Index("alerts_of_search", "search", "fired"),
    Index("alerts_due", "due"),
)

# The tracks of a person who fired, so that the next track of the same person does not fire again.
alert_tracks = Table(
    "alert_tracks",
    metadata,
    Column("search", String(16), primary_key=True),
    Column("track", String(36), primary_key=True),
    Column("alert", ForeignKey("alerts.id"), nullable=False, index=True),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("opened", Utc, nullable=False),
    Column("closed", Utc),  # null: open
)

case_members = Table(
    "case_members",
    metadata,
    Column("case", ForeignKey("cases.id"), primary_key=True),
    Column("name", Text, primary_key=True),  # an account that may read and change it beside the owner
)

case_entries = Table(
    "case_entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False),
    Column("sighting", String(36), index=True),  # null, like all that follows: it was erased
    Column("camera", Text),
    Column("began", Utc),
    Column("ended", Utc),
    Column("taken", Utc),
    Column("note", Text, nullable=False),
    Column("added", Utc, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("erased", Utc),
    UniqueConstraint("case", "sighting", name="case_entries_once"),
)
