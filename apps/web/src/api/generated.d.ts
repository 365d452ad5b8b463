// Made by `npm run generate`. Do not edit.
export interface paths {
    "/api/logs/ingest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ingest Event
         * @description Take in one event. The answer is sent after the commit.
         */
        post: operations["ingest_event"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ingest Batch
         * @description Take in many records, each judged for itself. The answer is sent after the commit.
         */
        post: operations["ingest_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Health
         * @description The process is alive.
         */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ready
         * @description Whether this process can do its work now.
         */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Alerts
         * @description Alerts, newest first, a page at a time.
         */
        get: operations["list_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{alert_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Alert
         * @description One alert with its changes, its newest events and its ticket.
         */
        get: operations["get_alert"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{alert_id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acknowledge Alert
         * @description Say that somebody is looking after it; from NEW.
         */
        post: operations["acknowledge_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{alert_id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resolve Alert
         * @description Say that it is over; from NEW or ACKNOWLEDGED. If it happens again, it comes back.
         */
        post: operations["resolve_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{alert_id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reopen Alert
         * @description Make it NEW again, in the same episode; from ACKNOWLEDGED or RESOLVED.
         */
        post: operations["reopen_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{alert_id}/ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Ticket
         * @description The ticket of the present episode.
         */
        get: operations["get_ticket"];
        put?: never;
        /**
         * Request Ticket
         * @description Ask for a ticket. Asking again never makes a second one.
         */
        post: operations["request_ticket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{alert_id}/ticket/look": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Look Again
         * @description Look in Jira again for a ticket whose fate is unknown.
         */
        post: operations["look_again"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{alert_id}/ticket/create-anyway": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create Anyway
         * @description Send it again although the first try may have made an issue.
         */
        post: operations["create_anyway"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{alert_id}/ticket/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Link Issue
         * @description Take an issue that is already in Jira as the ticket.
         */
        post: operations["link_issue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Quarantine
         * @description Records that could not be understood, newest first.
         */
        get: operations["list_quarantine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Status
         * @description How many alerts there are, and whether everything that came has been judged.
         */
        get: operations["get_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Session
         * @description Whether a key is needed, and whether this browser has one.
         */
        get: operations["get_session"];
        put?: never;
        /**
         * Sign In
         * @description Exchange the key for a session cookie.
         */
        post: operations["sign_in"];
        /**
         * Sign Out
         * @description Forget the session cookie.
         */
        delete: operations["sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    stream: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A frame of the live stream /ws
         * @description Sent by the server over the WebSocket; nothing is posted anywhere.
         */
        post: operations["streamstream_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        /**
         * Accepted
         * @description The event is stored.
         */
        Accepted: {
            /**
             * Status
             * @example accepted
             */
            status: string;
            /**
             * Request Id
             * @description Of the event.
             */
            request_id: string;
        };
        /**
         * AlertDetail
         * @description An alert with its history, its newest events and its ticket.
         * @example {
         *       "acknowledged_at": null,
         *       "automation_possible": false,
         *       "confidence": 95,
         *       "count": 3,
         *       "created_at": "2026-11-22T16:35:00.123456Z",
         *       "env": "production",
         *       "episode": 1,
         *       "fingerprint": "1:9f86d081884c7d659a2feaa0c55ad015",
         *       "first_seen": "2026-11-22T16:35:00.100000Z",
         *       "group": {
         *         "product_id": "p2"
         *       },
         *       "id": "0193a1de-58b1-4c3e-9a51-3d1f0f6f2b11",
         *       "issue_code": "PRICE_MISSING",
         *       "jira_issue_key": null,
         *       "jira_url": null,
         *       "last_seen": "2026-11-22T16:36:12.500000Z",
         *       "raw_log": {
         *         "action": "create_order",
         *         "error_code": "PRICE_MISSING"
         *       },
         *       "regression": false,
         *       "resolved_at": null,
         *       "seq": 17,
         *       "service": "pos-demo",
         *       "severity": "critical",
         *       "status": "NEW",
         *       "suggested_fix": "Update product pricing in database. Check for data migration issues.",
         *       "ticket_state": null,
         *       "title": "Product price is null",
         *       "version": 1
         *     }
         */
        AlertDetail: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Issue Code */
            issue_code: string;
            severity: components["schemas"]["Severity"];
            /** Suggested Fix */
            suggested_fix: string;
            /** Automation Possible */
            automation_possible: boolean;
            /**
             * Confidence
             * @description In percent.
             */
            confidence: number;
            /**
             * Raw Log
             * @description The event that opened this episode, shortened where it is very long.
             */
            raw_log: {
                [key: string]: unknown;
            };
            status: components["schemas"]["Status"];
            /** Jira Issue Key */
            jira_issue_key: string | null;
            /** Jira Url */
            jira_url: string | null;
            /** Ticket State */
            ticket_state: ("pending" | "created" | "failed" | "unknown") | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Title */
            title: string;
            /** Service */
            service: string;
            /** Env */
            env: string;
            /**
             * Group
             * @description The fields, and their values, that repeats share.
             */
            group: {
                [key: string]: unknown;
            };
            /**
             * Fingerprint
             * @description Its version, then the identity of the alert.
             */
            fingerprint: string;
            /**
             * Count
             * @description How often it happened, over all episodes.
             */
            count: number;
            /**
             * First Seen
             * Format: date-time
             */
            first_seen: string;
            /**
             * Last Seen
             * Format: date-time
             */
            last_seen: string;
            /**
             * Episode
             * @description Raised each time it happens again after Resolve.
             */
            episode: number;
            /**
             * Regression
             * @description Whether it came back after it had been resolved.
             */
            regression: boolean;
            /**
             * Version
             * @description Raised by every change, not by counts; for If-Match.
             */
            version: number;
            /**
             * Seq
             * @description Its number in the stream, raised by every update.
             */
            seq: number;
            /** Acknowledged At */
            acknowledged_at: string | null;
            /** Resolved At */
            resolved_at: string | null;
            /**
             * Changes
             * @description Oldest first.
             */
            changes: components["schemas"]["Change"][];
            /**
             * Samples
             * @description Newest first, at most 10.
             */
            samples: components["schemas"]["Sample"][];
            ticket: components["schemas"]["Ticket"] | null;
        };
        /**
         * AlertRow
         * @description An alert. Every member is always there; times are RFC 3339 in UTC.
         * @example {
         *       "acknowledged_at": null,
         *       "automation_possible": false,
         *       "confidence": 95,
         *       "count": 3,
         *       "created_at": "2026-11-22T16:35:00.123456Z",
         *       "env": "production",
         *       "episode": 1,
         *       "fingerprint": "1:9f86d081884c7d659a2feaa0c55ad015",
         *       "first_seen": "2026-11-22T16:35:00.100000Z",
         *       "group": {
         *         "product_id": "p2"
         *       },
         *       "id": "0193a1de-58b1-4c3e-9a51-3d1f0f6f2b11",
         *       "issue_code": "PRICE_MISSING",
         *       "jira_issue_key": null,
         *       "jira_url": null,
         *       "last_seen": "2026-11-22T16:36:12.500000Z",
         *       "raw_log": {
         *         "action": "create_order",
         *         "error_code": "PRICE_MISSING"
         *       },
         *       "regression": false,
         *       "resolved_at": null,
         *       "seq": 17,
         *       "service": "pos-demo",
         *       "severity": "critical",
         *       "status": "NEW",
         *       "suggested_fix": "Update product pricing in database. Check for data migration issues.",
         *       "ticket_state": null,
         *       "title": "Product price is null",
         *       "version": 1
         *     }
         */
        AlertRow: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Issue Code */
            issue_code: string;
            severity: components["schemas"]["Severity"];
            /** Suggested Fix */
            suggested_fix: string;
            /** Automation Possible */
            automation_possible: boolean;
            /**
             * Confidence
             * @description In percent.
             */
            confidence: number;
            /**
             * Raw Log
             * @description The event that opened this episode, shortened where it is very long.
             */
            raw_log: {
                [key: string]: unknown;
            };
            status: components["schemas"]["Status"];
            /** Jira Issue Key */
            jira_issue_key: string | null;
            /** Jira Url */
            jira_url: string | null;
            /** Ticket State */
            ticket_state: ("pending" | "created" | "failed" | "unknown") | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Title */
            title: string;
            /** Service */
            service: string;
            /** Env */
            env: string;
            /**
             * Group
             * @description The fields, and their values, that repeats share.
             */
            group: {
                [key: string]: unknown;
            };
            /**
             * Fingerprint
             * @description Its version, then the identity of the alert.
             */
            fingerprint: string;
            /**
             * Count
             * @description How often it happened, over all episodes.
             */
            count: number;
            /**
             * First Seen
             * Format: date-time
             */
            first_seen: string;
            /**
             * Last Seen
             * Format: date-time
             */
            last_seen: string;
            /**
             * Episode
             * @description Raised each time it happens again after Resolve.
             */
            episode: number;
            /**
             * Regression
             * @description Whether it came back after it had been resolved.
             */
            regression: boolean;
            /**
             * Version
             * @description Raised by every change, not by counts; for If-Match.
             */
            version: number;
            /**
             * Seq
             * @description Its number in the stream, raised by every update.
             */
            seq: number;
            /** Acknowledged At */
            acknowledged_at: string | null;
            /** Resolved At */
            resolved_at: string | null;
        };
        /**
         * ByeFrame
         * @description The server goes away for a moment; come back after this time.
         */
        ByeFrame: {
            /**
             * V
             * @constant
             */
            v: 1;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "bye";
            /** Retry After Ms */
            retry_after_ms: number;
        };
        /**
         * Change
         * @description What happened to the alert, and who did it.
         */
        Change: {
            /** Id */
            id: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Kind
             * @example acknowledged
             */
            kind: string;
            /**
             * Actor
             * @description A person, or "system".
             * @example local
             */
            actor: string;
            /** Episode */
            episode: number;
            /** Detail */
            detail: {
                [key: string]: unknown;
            };
        };
        /**
         * Counted
         * @description What became of the records of a batch; together they are all that was sent.
         */
        Counted: {
            /**
             * Accepted
             * @description Stored now.
             * @example 998
             */
            accepted: number;
            /**
             * Quarantined
             * @description Not understood: kept raw with the reason.
             * @example 1
             */
            quarantined: number;
            /**
             * Duplicates
             * @description Stored before, and counted once.
             * @example 1
             */
            duplicates: number;
            /**
             * Request Id
             * @description Of this request.
             */
            request_id: string;
        };
        /**
         * Counts
         * @description Alerts in each state.
         */
        Counts: {
            /** New */
            NEW: number;
            /** Acknowledged */
            ACKNOWLEDGED: number;
            /** Resolved */
            RESOLVED: number;
        };
        /**
         * EventsFrame
         * @description What happened, in order; at most one event for an alert.
         */
        EventsFrame: {
            /**
             * V
             * @constant
             */
            v: 1;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "events";
            /** Events */
            events: components["schemas"]["StreamEvent"][];
        };
        /**
         * Health
         * @description The process answers.
         */
        Health: {
            /**
             * Status
             * @default ok
             * @constant
             */
            status: "ok";
        };
        /**
         * HelloFrame
         * @description The first frame. Everything numbered above `seq` follows.
         */
        HelloFrame: {
            /**
             * V
             * @constant
             */
            v: 1;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "hello";
            /**
             * Epoch
             * @description Numbers are comparable only within one epoch.
             */
            epoch: string;
            /** Seq */
            seq: number;
            /** Heartbeat Ms */
            heartbeat_ms: number;
            /**
             * Server Time
             * Format: date-time
             */
            server_time: string;
            /** Build */
            build: string;
        };
        /**
         * IssueLink
         * @description An issue that somebody found in Jira.
         */
        IssueLink: {
            /**
             * Key
             * @example SHOP-123
             */
            key: string;
        };
        /**
         * JiraState
         * @description Whether tickets can be made.
         */
        JiraState: {
            /** Configured */
            configured: boolean;
        };
        /**
         * NotReady
         * @description Something that the roles of this process need is not there.
         * @example {
         *       "missing": [
         *         "database"
         *       ],
         *       "status": "not ready"
         *     }
         */
        NotReady: {
            /**
             * Status
             * @default not ready
             * @constant
             */
            status: "not ready";
            /** Missing */
            missing: string[];
        };
        /**
         * PingFrame
         * @description Answer with {"type": "pong"}.
         */
        PingFrame: {
            /**
             * V
             * @constant
             */
            v: 1;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "ping";
        };
        /**
         * QuarantinedRecord
         * @description A record that is no event.
         * @example {
         *       "arrival_time": "2026-11-22T16:35:00.123456Z",
         *       "id": 4,
         *       "raw": "{\"timestamp\": \"yesterday\"}",
         *       "reason": "timestamp: this is no time",
         *       "size": 26,
         *       "source": "shop-17:combined.log"
         *     }
         */
        QuarantinedRecord: {
            /** Id */
            id: number;
            /**
             * Arrival Time
             * Format: date-time
             */
            arrival_time: string;
            /** Source */
            source: string | null;
            /** Reason */
            reason: string;
            /**
             * Raw
             * @description As text, bytes that are no UTF-8 replaced, at most 64 KiB.
             */
            raw: string;
            /**
             * Size
             * @description Bytes that came.
             */
            size: number;
        };
        /**
         * Ready
         * @description Everything that the roles of this process need is there.
         * @example {
         *       "missing": [],
         *       "status": "ready"
         *     }
         */
        Ready: {
            /**
             * Status
             * @default ready
             * @constant
             */
            status: "ready";
            /**
             * Missing
             * @default []
             */
            missing: string[];
        };
        /**
         * ResyncFrame
         * @description Reload what is shown: it cannot be brought up to date by events. Then go on from here.
         */
        ResyncFrame: {
            /**
             * V
             * @constant
             */
            v: 1;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "resync";
            /** Epoch */
            epoch: string;
            /** Seq */
            seq: number;
        };
        /**
         * Sample
         * @description One of the newest events of the alert, and its place in the event log.
         */
        Sample: {
            /** Partition */
            partition: number;
            /** Offset */
            offset: number;
            /**
             * Event Time
             * Format: date-time
             */
            event_time: string;
            /**
             * Arrival Time
             * Format: date-time
             */
            arrival_time: string;
            /** Event */
            event: {
                [key: string]: unknown;
            };
        };
        /**
         * Session
         * @description Who is asking, and what the page must know before anything else.
         * @example {
         *       "authenticated": true,
         *       "build": "0.1.0",
         *       "jira": {
         *         "configured": true
         *       },
         *       "principal": "local",
         *       "required": true
         *     }
         */
        Session: {
            /** Authenticated */
            authenticated: boolean;
            /**
             * Required
             * @description Whether a key is needed on this server.
             */
            required: boolean;
            /** Principal */
            principal: string | null;
            /**
             * Build
             * @description Changes with every version of the server and the page.
             */
            build: string;
            jira: components["schemas"]["JiraState"];
        };
        /**
         * Severity
         * @description How bad, in the three words of the contract.
         * @enum {string}
         */
        Severity: "critical" | "warning" | "info";
        /**
         * SignIn
         * @description The key.
         */
        SignIn: {
            /**
             * Key
             * @example the API key
             */
            key: string;
        };
        /**
         * Status
         * @description Where an alert stands.
         * @enum {string}
         */
        Status: "NEW" | "ACKNOWLEDGED" | "RESOLVED";
        /**
         * StreamEvent
         * @description An alert that was created or updated, as a whole row.
         */
        StreamEvent: {
            /** Seq */
            seq: number;
            /**
             * Type
             * @enum {string}
             */
            type: "alert:created" | "alert:updated";
            /**
             * At
             * Format: date-time
             * @description When the server read it.
             */
            at: string;
            data: components["schemas"]["AlertRow"];
        };
        /**
         * Ticket
         * @description The ticket of one episode of an alert.
         * @example {
         *       "alert_id": "0193a1de-58b1-4c3e-9a51-3d1f0f6f2b11",
         *       "attempts": 1,
         *       "episode": 1,
         *       "error": null,
         *       "key": "SHOP-123",
         *       "next_attempt_at": null,
         *       "requested_at": "2026-11-22T16:36:00.000000Z",
         *       "state": "created",
         *       "updated_at": "2026-11-22T16:36:00.750000Z",
         *       "url": "https://example.atlassian.net/browse/SHOP-123"
         *     }
         */
        Ticket: {
            /**
             * Alert Id
             * Format: uuid
             */
            alert_id: string;
            /** Episode */
            episode: number;
            /**
             * State
             * @enum {string}
             */
            state: "pending" | "created" | "failed" | "unknown";
            /** Key */
            key: string | null;
            /** Url */
            url: string | null;
            /**
             * Error
             * @description What Jira said, in its own words.
             */
            error: string | null;
            /** Attempts */
            attempts: number;
            /**
             * Requested At
             * Format: date-time
             */
            requested_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * Next Attempt At
             * @description When we go on by ourselves.
             */
            next_attempt_at: string | null;
        };
        /**
         * WorkStatus
         * @description The state of the whole.
         * @example {
         *       "build": "0.1.0",
         *       "counts": {
         *         "ACKNOWLEDGED": 0,
         *         "NEW": 1,
         *         "RESOLVED": 4
         *       },
         *       "lag": 0,
         *       "last_event_at": "2026-11-22T16:36:12.500000Z",
         *       "position": "f3c1a9:17"
         *     }
         */
        WorkStatus: {
            /** Build */
            build: string;
            /**
             * Position
             * @description Where the live stream stands.
             */
            position: string;
            /**
             * Lag
             * @description Events that are stored and not yet judged.
             */
            lag: number;
            /**
             * Last Event At
             * @description Arrival of the last event judged.
             */
            last_event_at: string | null;
            counts: components["schemas"]["Counts"];
        };
        /**
         * AlertProblem
         * @description A change that was not made, with the alert as it stands.
         * @example {
         *       "detail": "there is no such alert",
         *       "instance": "/api/alerts/018f6a3e-7c1b-7d2f-9a51-3d1f0f6f2b11",
         *       "request_id": "5f0c6c2e9d3b4c0f8f6c1b6a5e4d3c2b",
         *       "status": 404,
         *       "title": "Not Found",
         *       "type": "about:blank"
         *     }
         */
        AlertProblem: {
            /** Type */
            type: string;
            /** Title */
            title: string;
            /** Status */
            status: number;
            /** Detail */
            detail: string;
            /**
             * Instance
             * @description The path that was asked for.
             */
            instance: string;
            /**
             * Request Id
             * @description The same as in X-Request-ID and in the server's log.
             */
            request_id: string;
            /**
             * Errors
             * @description Which fields are wrong; with status 422 only.
             * @default null
             */
            errors: components["schemas"]["FieldProblem"][] | null;
            alert: components["schemas"]["AlertRow"];
        };
        /**
         * FieldProblem
         * @description What is wrong with one field of the request.
         */
        FieldProblem: {
            /**
             * Field
             * @example limit
             */
            field: string;
            /**
             * Reason
             * @example Input should be less than or equal to 500
             */
            reason: string;
        };
        /**
         * Problem
         * @description Why a request was not done (RFC 9457).
         * @example {
         *       "detail": "there is no such alert",
         *       "instance": "/api/alerts/018f6a3e-7c1b-7d2f-9a51-3d1f0f6f2b11",
         *       "request_id": "5f0c6c2e9d3b4c0f8f6c1b6a5e4d3c2b",
         *       "status": 404,
         *       "title": "Not Found",
         *       "type": "about:blank"
         *     }
         */
        Problem: {
            /** Type */
            type: string;
            /** Title */
            title: string;
            /** Status */
            status: number;
            /** Detail */
            detail: string;
            /**
             * Instance
             * @description The path that was asked for.
             */
            instance: string;
            /**
             * Request Id
             * @description The same as in X-Request-ID and in the server's log.
             */
            request_id: string;
            /**
             * Errors
             * @description Which fields are wrong; with status 422 only.
             * @default null
             */
            errors: components["schemas"]["FieldProblem"][] | null;
        };
    };
    responses: {
        /** @description The request cannot be read, or names no host. */
        BadRequest: {
            headers: {
                "X-Request-ID": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Sent by a page of another site. */
        OtherSite: {
            headers: {
                "X-Request-ID": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large. */
        TooLarge: {
            headers: {
                "X-Request-ID": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Sent to a host name that this server does not answer to. */
        OtherHost: {
            headers: {
                "X-Request-ID": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The server failed; its log says why. */
        Failed: {
            headers: {
                "X-Request-ID": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The database does not answer; nothing was changed. See Retry-After. */
        Away: {
            headers: {
                "X-Request-ID": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The key is needed. */
        SignIn: {
            headers: {
                "X-Request-ID": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description The request's id: the one that was sent, or a new one. */
        RequestId: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    ingest_event: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Request Id */
                    request_id: string;
                    /** Service */
                    service: string;
                    /** Env */
                    env: string;
                    /**
                     * Timestamp
                     * @description RFC 3339; without a zone it is taken as UTC. Epoch numbers are understood.
                     */
                    timestamp: string;
                    /** Action */
                    action: string;
                    /** Level */
                    level: string;
                    /** Message */
                    message: string;
                    /** User Id */
                    user_id?: string | null;
                    /** Product Id */
                    product_id?: string | null;
                    /** Error Code */
                    error_code?: string | null;
                    /** Stack */
                    stack?: string | null;
                    /** App Version */
                    app_version?: string | null;
                    /** Price */
                    price?: number | null;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description A key is needed. */
            401: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A request from another site. */
            403: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The event is too large. */
            413: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            421: components["responses"]["OtherHost"];
            /** @description The event breaks the schema; `errors` has the fields and the reasons. */
            422: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Failed"];
            /** @description It cannot be stored now; try again after Retry-After. */
            503: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ingest_batch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description JSON array, NDJSON or one object; gzip or not. Whatever the Content-Type says, the body is looked at. */
        requestBody: {
            content: {
                "application/json": ({
                    /** Request Id */
                    request_id: string;
                    /** Service */
                    service: string;
                    /** Env */
                    env: string;
                    /**
                     * Timestamp
                     * @description RFC 3339; without a zone it is taken as UTC. Epoch numbers are understood.
                     */
                    timestamp: string;
                    /** Action */
                    action: string;
                    /** Level */
                    level: string;
                    /** Message */
                    message: string;
                    /** User Id */
                    user_id?: string | null;
                    /** Product Id */
                    product_id?: string | null;
                    /** Error Code */
                    error_code?: string | null;
                    /** Stack */
                    stack?: string | null;
                    /** App Version */
                    app_version?: string | null;
                    /** Price */
                    price?: number | null;
                } & {
                    [key: string]: unknown;
                })[];
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Counted"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description A key is needed. */
            401: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A request from another site. */
            403: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 32 MiB, decompressed. */
            413: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            421: components["responses"]["OtherHost"];
            /** @description The body cannot be decompressed. */
            422: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Failed"];
            /** @description It cannot be stored now; try again after Retry-After. */
            503: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["OtherSite"];
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["OtherSite"];
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            500: components["responses"]["Failed"];
            /** @description Not ready: what is missing. */
            503: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotReady"];
                };
            };
        };
    };
    list_alerts: {
        parameters: {
            query?: {
                status?: components["schemas"]["Status"][];
                severity?: components["schemas"]["Severity"][];
                issue_code?: string[];
                service?: string[];
                /** @description Words that must all occur in id, title, code, fix, service, … */
                q?: string;
                /** @description Only what was last seen at this time or later (RFC 3339). */
                since?: string;
                limit?: number;
                /** @description From the Link header of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first. */
            200: {
                headers: {
                    /** @description The next page, as `<…>; rel="next"`; absent on the last page. */
                    Link?: string;
                    /** @description How many alerts match, on all pages. */
                    "X-Total-Count"?: string;
                    /** @description Open the live stream with `since` = this to miss nothing. */
                    "X-Stream-Position"?: string;
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertRow"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["SignIn"];
            403: components["responses"]["OtherSite"];
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            /** @description A parameter is not valid. */
            422: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    get_alert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The alert's id. */
                alert_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The alert. */
            200: {
                headers: {
                    /** @description Its version, for If-Match. */
                    ETag?: string;
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertDetail"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["SignIn"];
            403: components["responses"]["OtherSite"];
            /** @description There is no such alert. */
            404: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    acknowledge_alert: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that the caller has seen: `3`, `"3"`, `W/"3"`, or `*`. */
                "If-Match"?: string;
            };
            path: {
                /** @description The alert's id. */
                alert_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The alert. */
            200: {
                headers: {
                    /** @description Its version, for If-Match. */
                    ETag?: string;
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertRow"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["SignIn"];
            403: components["responses"]["OtherSite"];
            /** @description There is no such alert. */
            404: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed from the present state, or the caller's version is stale. */
            409: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AlertProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            /** @description If-Match is no version. */
            422: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    resolve_alert: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that the caller has seen: `3`, `"3"`, `W/"3"`, or `*`. */
                "If-Match"?: string;
            };
            path: {
                /** @description The alert's id. */
                alert_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The alert. */
            200: {
                headers: {
                    /** @description Its version, for If-Match. */
                    ETag?: string;
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertRow"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["SignIn"];
            403: components["responses"]["OtherSite"];
            /** @description There is no such alert. */
            404: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed from the present state, or the caller's version is stale. */
            409: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AlertProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            /** @description If-Match is no version. */
            422: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    reopen_alert: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that the caller has seen: `3`, `"3"`, `W/"3"`, or `*`. */
                "If-Match"?: string;
            };
            path: {
                /** @description The alert's id. */
                alert_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The alert. */
            200: {
                headers: {
                    /** @description Its version, for If-Match. */
                    ETag?: string;
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertRow"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["SignIn"];
            403: components["responses"]["OtherSite"];
            /** @description There is no such alert. */
            404: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed from the present state, or the caller's version is stale. */
            409: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AlertProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            /** @description If-Match is no version. */
            422: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    get_ticket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The alert's id. */
                alert_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["SignIn"];
            403: components["responses"]["OtherSite"];
            /** @description There is no such alert, or nobody asked for a ticket. */
            404: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    request_ticket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The alert's id. */
                alert_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was asked for before. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            /** @description Asked for; the ticket is made in the background. */
            202: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["SignIn"];
            403: components["responses"]["OtherSite"];
            /** @description There is no such alert. */
            404: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Jira is not set up; the detail says which variables are missing. */
            409: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    look_again: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The alert's id. */
                alert_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Jira will be looked at again. */
            202: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["SignIn"];
            403: components["responses"]["OtherSite"];
            /** @description There is no such alert. */
            404: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The state is not `unknown`, or Jira is not set up. */
            409: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    create_anyway: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The alert's id. */
                alert_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will be sent again. */
            202: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["SignIn"];
            403: components["responses"]["OtherSite"];
            /** @description There is no such alert. */
            404: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The state is not `unknown`, or Jira is not set up. */
            409: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    link_issue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The alert's id. */
                alert_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IssueLink"];
            };
        };
        responses: {
            /** @description This issue is the ticket now. */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            /** @description The body cannot be read. */
            400: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["SignIn"];
            403: components["responses"]["OtherSite"];
            /** @description There is no such alert. */
            404: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The state is not `unknown`, or Jira is not set up. */
            409: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            /** @description This is no issue key. */
            422: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    list_quarantine: {
        parameters: {
            query?: {
                limit?: number;
                /** @description From the Link header of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first. */
            200: {
                headers: {
                    /** @description The next page, as `<…>; rel="next"`; absent on the last page. */
                    Link?: string;
                    /** @description How many records are kept in all. */
                    "X-Total-Count"?: string;
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuarantinedRecord"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["SignIn"];
            403: components["responses"]["OtherSite"];
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            /** @description A parameter is not valid. */
            422: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    get_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkStatus"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["SignIn"];
            403: components["responses"]["OtherSite"];
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["OtherSite"];
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Signed in; the answer sets the session cookie. */
            204: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The body cannot be read. */
            400: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key is wrong. */
            401: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["OtherSite"];
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            /** @description The body is no key. */
            422: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out; the answer takes the cookie back. */
            204: {
                headers: {
                    "X-Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["OtherSite"];
            413: components["responses"]["TooLarge"];
            421: components["responses"]["OtherHost"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Away"];
        };
    };
    streamstream_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HelloFrame"] | components["schemas"]["EventsFrame"] | components["schemas"]["PingFrame"] | components["schemas"]["ResyncFrame"] | components["schemas"]["ByeFrame"];
            };
        };
        responses: {
            /** @description Nothing is answered. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Never. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
