CREATE TABLE `audit` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` text NOT NULL,
	`actor` text NOT NULL,
	`event` text NOT NULL,
	`target` text,
	`outcome` text NOT NULL,
	`reason` text,
	`detail` text,
	`peer` text,
	`request_id` text,
	CONSTRAINT "audit_outcome" CHECK(outcome IN ('ok', 'refused', 'failed'))
);
--> statement-breakpoint
CREATE INDEX `audit_event` ON `audit` (`event`,`id`);--> statement-breakpoint
CREATE TABLE `job` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`operation` text NOT NULL,
	`status` text NOT NULL,
	`mode` text NOT NULL,
	`requested_by` text NOT NULL,
	`request_id` text,
	`reason` text,
	`args` text NOT NULL,
	`attempt` integer DEFAULT 0 NOT NULL,
	`max_attempts` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`started_at` text,
	`finished_at` text,
	`next_attempt_at` text,
	`cancel_requested_at` text,
	`progress` text,
	`result` text,
	`failure` text,
	`retry_of` integer,
	`pid` integer,
	`pid_started` text,
	`boot_id` text,
	`peak_rss_bytes` integer,
	`cpu_sec` real,
	`log_bytes` integer DEFAULT 0 NOT NULL,
	CONSTRAINT "job_status" CHECK(status IN ('queued', 'running', 'retrying', 'succeeded', 'failed', 'cancelled'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `job_id_unique` ON `job` (`id`);--> statement-breakpoint
CREATE INDEX `job_operation` ON `job` (`operation`,`number`);--> statement-breakpoint
CREATE INDEX `job_status_number` ON `job` (`status`,`number`);--> statement-breakpoint
CREATE INDEX `job_created` ON `job` (`created_at`);--> statement-breakpoint
CREATE INDEX `job_retry_of` ON `job` (`retry_of`);--> statement-breakpoint
CREATE TABLE `job_claim` (
	`job_id` text NOT NULL,
	`name` text NOT NULL,
	`mode` text NOT NULL,
	`place` integer NOT NULL,
	`held_at` text,
	PRIMARY KEY(`job_id`, `name`),
	CONSTRAINT "job_claim_mode" CHECK(mode IN ('shared', 'exclusive'))
);
--> statement-breakpoint
CREATE INDEX `job_claim_place` ON `job_claim` (`place`);--> statement-breakpoint
CREATE TABLE `job_count` (
	`operation` text NOT NULL,
	`status` text NOT NULL,
	`jobs` integer NOT NULL,
	PRIMARY KEY(`operation`, `status`)
);
--> statement-breakpoint
CREATE TABLE `job_row` (
	`job_id` text NOT NULL,
	`seq` integer NOT NULL,
	`ref` text,
	`outcome` text NOT NULL,
	`message` text,
	PRIMARY KEY(`job_id`, `seq`)
);
