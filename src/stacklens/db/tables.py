"""The data model on one screen. How each table is written stands with the verb that writes it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB, UUID

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Moment = DateTime(timezone=True)

# --- the event log ----------------------------------------------------------------------------

raw_logs = Table(
    "raw_logs",
    metadata,
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("arrival_time", Moment, nullable=False),
    Column("event_time", Moment, nullable=False),
    Column("time_source", Text, nullable=False),
    Column("identity", UUID(as_uuid=True), nullable=False),
    Column("service", Text, nullable=False),
    Column("env", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("source", Text),
    Column("host", Text),
    # json, not jsonb: the text stays as it came, and neither writing nor reading takes it apart.
    Column("event", JSON, nullable=False),
    # arrival_time is in the key only because PostgreSQL wants the partition key there.
    PrimaryKeyConstraint("partition", "offset", "arrival_time"),
    comment="Every accepted event once. One leaf for each day of arrival; each leaf has a unique "
    "index on identity (eventlog/leaves.py).",
    postgresql_partition_by="RANGE (arrival_time)",
)

event_log_heads = Table(
    "event_log_heads",
    metadata,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False),
    Column("arrival_time", Moment, nullable=False, comment="of the last record; never goes back"),
    comment="The lock under which offsets are given out; held until the append commits.",
)

consumer_offsets = Table(
    "consumer_offsets",
    metadata,
    Column("consumer_group", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("next_offset", BigInteger, nullable=False),
    Column("arrival_time", Moment, nullable=False, comment="of the last record; prunes leaves"),
    PrimaryKeyConstraint("consumer_group", "partition"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("identity", UUID(as_uuid=True), nullable=False, unique=True),
    Column("arrival_time", Moment, nullable=False),
    Column("source", Text),
    Column("reason", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("repeats", Integer, nullable=False, server_default=text("0")),
)

# --- alerts -----------------------------------------------------------------------------------

alert_stream = Table(
    "alert_stream",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("epoch", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
    comment="The one counter that numbers alert updates in commit order: locked first, held last.",
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("fingerprint", Text, nullable=False, unique=True),
    Column("rule_id", Text, nullable=False),
    Column("issue_code", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("suggested_fix", Text, nullable=False),
    Column("automation_possible", Boolean, nullable=False),
    Column("confidence", SmallInteger, nullable=False),
    Column("service", Text, nullable=False),
    Column("env", Text, nullable=False),
    Column("group", JSONB, nullable=False),
    Column("raw_log", JSONB, nullable=False),
    Column("samples", JSONB, nullable=False, comment="places in raw_logs, newest first"),
    Column("status", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("regression", Boolean, nullable=False),
    Column("ticket_state", Text),
    Column("jira_issue_key", Text),
    Column("jira_url", Text),
    Column("created_at", Moment, nullable=False),
    Column("acknowledged_at", Moment),
    Column("resolved_at", Moment),
    Column("version", Integer, nullable=False, comment="raised by changes, never by a count"),
    Column("created_seq", BigInteger, nullable=False),
    Column("episode_seq", BigInteger, nullable=False, comment="seq at which the episode began"),
    Column("seq", BigInteger, nullable=False, unique=True),
    CheckConstraint("status IN ('NEW', 'ACKNOWLEDGED', 'RESOLVED')", name="status"),
    CheckConstraint("severity IN ('critical', 'warning', 'info')", name="severity"),
    CheckConstraint("confidence BETWEEN 0 AND 100", name="confidence"),
    # Counts change often and stand in no index but seq's: leave room for updates on the page.
    postgresql_with={"fillfactor": "70"},
)
Index("ix_alerts_newest", alerts.c.created_at.desc(), alerts.c.id.desc())

alert_changes = Table(
    "alert_changes",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("alert_id", ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("detail", JSONB, nullable=False),
    Index(None, "alert_id", "id"),
)

# --- tickets ----------------------------------------------------------------------------------

instance = Table(
    "instance",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    comment="One row: tells this installation's tickets from those of any other.",
)

tickets = Table(
    "tickets",
    metadata,
    Column("alert_id", ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column("episode", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("looks", Integer, nullable=False, server_default=text("0")),
    Column("tag", Text, nullable=False),
    Column("issue_id", Text),
    Column("issue_key", Text),
    Column("issue_url", Text),
    Column("error", Text),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("next_attempt_at", Moment),
    Column("claimed_by", Text),
    PrimaryKeyConstraint("alert_id", "episode"),
    CheckConstraint(
        "state IN ('pending', 'sending', 'created', 'failed', 'unknown')", name="state"
    ),
    comment="The intent comes first: its key, not Jira, is what makes one ticket for an episode.",
)
Index(
    "ix_tickets_due",
    tickets.c.next_attempt_at,
    postgresql_where=tickets.c.next_attempt_at.is_not(None),
)
