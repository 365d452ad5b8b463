"""The first schema: event log, quarantine, alerts and their changes, tickets."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE alert_stream (
        id SMALLINT NOT NULL,
        epoch TEXT NOT NULL,
        seq BIGINT NOT NULL,
        CONSTRAINT pk_alert_stream PRIMARY KEY (id),
        CONSTRAINT ck_alert_stream_one_row CHECK (id = 1)
    )
    """,
    """
    CREATE TABLE alerts (
        id UUID NOT NULL,
        fingerprint TEXT NOT NULL,
        rule_id TEXT NOT NULL,
        issue_code TEXT NOT NULL,
        title TEXT NOT NULL,
        severity TEXT NOT NULL,
        suggested_fix TEXT NOT NULL,
        automation_possible BOOLEAN NOT NULL,
        confidence SMALLINT NOT NULL,
        service TEXT NOT NULL,
        env TEXT NOT NULL,
        "group" JSONB NOT NULL,
        raw_log JSONB NOT NULL,
        samples JSONB NOT NULL,
        status TEXT NOT NULL,
        count BIGINT NOT NULL,
        first_seen TIMESTAMP WITH TIME ZONE NOT NULL,
        last_seen TIMESTAMP WITH TIME ZONE NOT NULL,
        episode INTEGER NOT NULL,
        regression BOOLEAN NOT NULL,
        ticket_state TEXT,
        jira_issue_key TEXT,
        jira_url TEXT,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        acknowledged_at TIMESTAMP WITH TIME ZONE,
        resolved_at TIMESTAMP WITH TIME ZONE,
        version INTEGER NOT NULL,
        created_seq BIGINT NOT NULL,
        episode_seq BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        CONSTRAINT pk_alerts PRIMARY KEY (id),
        CONSTRAINT ck_alerts_status CHECK (status IN ('NEW', 'ACKNOWLEDGED', 'RESOLVED')),
        CONSTRAINT ck_alerts_severity CHECK (severity IN ('critical', 'warning', 'info')),
        CONSTRAINT ck_alerts_confidence CHECK (confidence BETWEEN 0 AND 100),
        CONSTRAINT uq_alerts_fingerprint UNIQUE (fingerprint),
        CONSTRAINT uq_alerts_seq UNIQUE (seq)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE INDEX ix_alerts_newest ON alerts (created_at DESC, id DESC)
    """,
    """
    CREATE TABLE consumer_offsets (
        consumer_group TEXT NOT NULL,
        partition INTEGER NOT NULL,
        next_offset BIGINT NOT NULL,
        arrival_time TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_consumer_offsets PRIMARY KEY (consumer_group, partition)
    )
    """,
    """
    CREATE TABLE event_log_heads (
        partition INTEGER NOT NULL,
        next_offset BIGINT NOT NULL,
        arrival_time TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_event_log_heads PRIMARY KEY (partition)
    )
    """,
    """
    CREATE TABLE instance (
        id UUID NOT NULL,
        CONSTRAINT pk_instance PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE quarantine (
        id BIGINT GENERATED ALWAYS AS IDENTITY,
        identity UUID NOT NULL,
        arrival_time TIMESTAMP WITH TIME ZONE NOT NULL,
        source TEXT,
        reason TEXT NOT NULL,
        raw BYTEA NOT NULL,
        repeats INTEGER DEFAULT 0 NOT NULL,
        CONSTRAINT pk_quarantine PRIMARY KEY (id),
        CONSTRAINT uq_quarantine_identity UNIQUE (identity)
    )
    """,
    """
    CREATE TABLE raw_logs (
        partition INTEGER NOT NULL,
        "offset" BIGINT NOT NULL,
        arrival_time TIMESTAMP WITH TIME ZONE NOT NULL,
        event_time TIMESTAMP WITH TIME ZONE NOT NULL,
        time_source TEXT NOT NULL,
        identity UUID NOT NULL,
        service TEXT NOT NULL,
        env TEXT NOT NULL,
        level TEXT NOT NULL,
        source TEXT,
        host TEXT,
        event JSON NOT NULL,
        CONSTRAINT pk_raw_logs PRIMARY KEY (partition, "offset", arrival_time)
    ) PARTITION BY RANGE (arrival_time)
    """,
    """
    CREATE TABLE alert_changes (
        id BIGINT GENERATED ALWAYS AS IDENTITY,
        alert_id UUID NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        kind TEXT NOT NULL,
        actor TEXT NOT NULL,
        episode INTEGER NOT NULL,
        detail JSONB NOT NULL,
        CONSTRAINT pk_alert_changes PRIMARY KEY (id),
        CONSTRAINT fk_alert_changes_alert_id FOREIGN KEY(alert_id) REFERENCES alerts (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE INDEX ix_alert_changes_alert_id_id ON alert_changes (alert_id, id)
    """,
    """
    CREATE TABLE tickets (
        alert_id UUID NOT NULL,
        episode INTEGER NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER DEFAULT 0 NOT NULL,
        looks INTEGER DEFAULT 0 NOT NULL,
        tag TEXT NOT NULL,
        issue_id TEXT,
        issue_key TEXT,
        issue_url TEXT,
        error TEXT,
        requested_by TEXT NOT NULL,
        requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        sent_at TIMESTAMP WITH TIME ZONE,
        next_attempt_at TIMESTAMP WITH TIME ZONE,
        claimed_by TEXT,
        CONSTRAINT pk_tickets PRIMARY KEY (alert_id, episode),
        CONSTRAINT ck_tickets_state CHECK (state IN ('pending', 'sending', 'created', 'failed', 'unknown')),
        CONSTRAINT fk_tickets_alert_id FOREIGN KEY(alert_id) REFERENCES alerts (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE INDEX ix_tickets_due ON tickets (next_attempt_at) WHERE next_attempt_at IS NOT NULL
    """,
    "COMMENT ON TABLE alert_stream IS 'The one counter that numbers alert updates in commit order: locked first, held last.'",
    "COMMENT ON COLUMN alerts.samples IS 'places in raw_logs, newest first'",
    "COMMENT ON COLUMN alerts.version IS 'raised by changes, never by a count'",
    "COMMENT ON COLUMN alerts.episode_seq IS 'seq at which the episode began'",
    "COMMENT ON COLUMN consumer_offsets.arrival_time IS 'of the last record; prunes leaves'",
    "COMMENT ON COLUMN event_log_heads.arrival_time IS 'of the last record; never goes back'",
    "COMMENT ON TABLE event_log_heads IS 'The lock under which offsets are given out; held until the append commits.'",
    "COMMENT ON TABLE instance IS 'One row: tells this installation''s tickets from those of any other.'",
    "COMMENT ON TABLE raw_logs IS 'Every accepted event once. One leaf for each day of arrival; each leaf has a unique index on identity (eventlog/leaves.py).'",
    "COMMENT ON TABLE tickets IS 'The intent comes first: its key, not Jira, is what makes one ticket for an episode.'",
    "INSERT INTO alert_stream (id, epoch, seq) VALUES (1, replace(gen_random_uuid()::text, '-', ''), 0)",
    "INSERT INTO instance (id) VALUES (gen_random_uuid())",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
