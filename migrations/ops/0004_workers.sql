CREATE TABLE `drain` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`started_at` text NOT NULL,
	`started_by` text NOT NULL,
	`timeout_sec` integer NOT NULL,
	`deadline_at` text NOT NULL,
	`pending_before` integer NOT NULL,
	`forecast_left` integer,
	`ended_at` text,
	`outcome` text,
	`left_over` integer,
	CONSTRAINT "drain_outcome" CHECK(outcome IN ('drained', 'timed_out', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE `worker` (
	`name` text PRIMARY KEY NOT NULL,
	`claimant` text NOT NULL,
	`owner` text NOT NULL,
	`host` text NOT NULL,
	`pid` integer,
	`pid_started` text,
	`boot_id` text,
	`state` text DEFAULT 'idle' NOT NULL,
	`current_id` text,
	`current_title` text,
	`current_since` text,
	`processed` integer DEFAULT 0 NOT NULL,
	`failed` integer DEFAULT 0 NOT NULL,
	`rate_per_min` integer DEFAULT 0 NOT NULL,
	`speed_per_min` real,
	`p95_ms` integer,
	`rss_bytes` integer,
	`outage_since` text,
	`outage_error` text,
	`started_at` text NOT NULL,
	`heartbeat_at` text NOT NULL,
	`paused_at` text,
	`paused_by` text,
	`lost_at` text,
	`lost_reason` text,
	`stalled_at` text,
	`ended_at` text,
	CONSTRAINT "worker_owner" CHECK(owner IN ('server', 'hand')),
	CONSTRAINT "worker_state" CHECK(state IN ('idle', 'working', 'paused'))
);
--> statement-breakpoint
CREATE TABLE `worker_control` (
	`id` integer PRIMARY KEY NOT NULL,
	`paused_at` text,
	`paused_by` text,
	`drain_id` integer
);
