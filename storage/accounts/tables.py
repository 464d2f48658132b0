"""The tables of accounts, of the audit log and of legal holds, in the same database as the ledger."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from storage.database.tables import Utc, metadata

users = Table(
    "users",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("password", Text, nullable=False),  # Argon2, with its parameters and salt
    Column("role", String(16), nullable=False),
    Column("cameras", Text),  # JSON list; null: all
    Column("created", Utc, nullable=False),
    Column("disabled", Utc),  # null: not
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of the cookie's token
    Column("owner", ForeignKey("users.name"), nullable=False, index=True),
    Column("address", Text, nullable=False),
    Column("created", Utc, nullable=False),
    Column("last_seen", Utc, nullable=False),
    Column("expires", Utc, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),  # SHA-256 of the token
    Column("label", Text, nullable=False),
    Column("owner", ForeignKey("users.name"), nullable=False, index=True),
    Column("scopes", Text, nullable=False),  # JSON list of actions
    Column("cameras", Text),  # JSON list; null: all that the owner may see
    Column("created", Utc, nullable=False),
    Column("expires", Utc, nullable=False),
    Column("last_used", Utc),
    Column("revoked", Utc),
)

invitations = Table(
    "invitations",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of the one-time token
    Column("expires", Utc, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("key", String(64), primary_key=True),  # SHA-256: people type passwords where names belong
    Column("failures", Integer, nullable=False),
    Column("last", Utc, nullable=False),
    Column("until", Utc),  # locked until then; null: not locked
)

# Its migration adds triggers that refuse changes and deletions, against our own mistakes.
audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),  # ISO 8601 in UTC: the very text that is hashed
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Text, nullable=False),  # JSON object
    Column("address", Text, nullable=False),
    Column("previous", String(64), nullable=False),  # hash of the entry before
    Column("hash", String(64), nullable=False),
    Index("audit_by_time", "at"),
    Index("audit_by_who", "who", "number"),
    Index("audit_by_action", "action", "number"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("number", Integer, nullable=False),  # of the newest entry
    Column("hash", String(64), nullable=False),
)

holds = Table(
    "holds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("camera", Text),  # null: every camera
    Column("after", Utc),
    Column("before", Utc),
    Column("reason", Text, nullable=False),
    Column("placed", Utc, nullable=False),
    Column("lifted", Utc),  # null: in force
)

keys = Table(
    "keys",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("secret", String(64), nullable=False),  # 32 random bytes in hexadecimal digits
)

# What was answered to a request that named itself, so that the same request again is not done again.
replies = Table(
    "replies",
    metadata,
    Column("key", String(64), primary_key=True),  # SHA-256 of whose request it is and how they named it
    Column("asked", String(64), nullable=False),  # SHA-256 of the request
    Column("began", Utc, nullable=False),
    Column("status", Integer),  # null: it is being done, or its end is not known
    Column("headers", Text, nullable=False),  # JSON object
    Column("body", LargeBinary, nullable=False),
    Index("replies_by_age", "began"),
)
