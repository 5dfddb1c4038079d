CREATE TABLE `maintenance_window` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`level` text NOT NULL,
	`reason` text NOT NULL,
	`starts_at` text NOT NULL,
	`ends_at` text NOT NULL,
	`begun_at` text,
	`entered_at` text,
	`ended_at` text,
	`ended_by` text,
	`created_by` text NOT NULL,
	`created_at` text NOT NULL,
	CONSTRAINT "maintenance_window_level" CHECK(level IN ('announce', 'frozen', 'drained', 'read_only')),
	CONSTRAINT "maintenance_window_reason" CHECK(length(reason) BETWEEN 5 AND 200)
);
--> statement-breakpoint
CREATE INDEX `maintenance_window_open` ON `maintenance_window` (`id`) WHERE ended_at IS NULL;--> statement-breakpoint
CREATE TABLE `schedule` (
	`name` text PRIMARY KEY NOT NULL,
	`operation` text NOT NULL,
	`args` text NOT NULL,
	`reason` text,
	`confirm` text,
	`cron` text NOT NULL,
	`zone` text NOT NULL,
	`is_on` integer NOT NULL,
	`missed` text NOT NULL,
	`overlap` text NOT NULL,
	`due_since` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` text NOT NULL,
	`changed_by` text NOT NULL,
	`changed_at` text NOT NULL,
	CONSTRAINT "schedule_name" CHECK(length(name) BETWEEN 1 AND 40),
	CONSTRAINT "schedule_is_on" CHECK(is_on IN (0, 1)),
	CONSTRAINT "schedule_missed" CHECK(missed IN ('skip', 'once')),
	CONSTRAINT "schedule_overlap" CHECK(overlap IN ('skip', 'wait'))
);
--> statement-breakpoint
CREATE TABLE `schedule_tick` (
	`schedule` text NOT NULL,
	`due_at` text NOT NULL,
	`outcome` text NOT NULL,
	`why` text,
	`code` text,
	`job` integer,
	`decided_at` text NOT NULL,
	PRIMARY KEY(`schedule`, `due_at`),
	CONSTRAINT "schedule_tick_outcome" CHECK(outcome IN ('started', 'skipped', 'missed', 'refused'))
);
--> statement-breakpoint
CREATE INDEX `schedule_tick_due` ON `schedule_tick` (`due_at`);--> statement-breakpoint
CREATE TABLE `__new_source_state` (
	`name` text PRIMARY KEY NOT NULL,
	`checked_at` text,
	`check_status` text,
	`check_text` text,
	`check_steps` text,
	`row_count` integer,
	`seen_hash` text,
	`last_import` text,
	`last_export` text,
	`last_job` text,
	`changed_since` text,
	CONSTRAINT "source_state_status" CHECK(check_status IN ('ok', 'warning', 'error'))
);
--> statement-breakpoint
INSERT INTO `__new_source_state` (`name`, `checked_at`, `check_status`, `check_text`, `check_steps`, `row_count`, `seen_hash`)
	SELECT `name`, `checked_at`, `check_status`, `check_text`, `check_steps`, `row_count`, `seen_hash` FROM `source_state`;--> statement-breakpoint
DROP TABLE `source_state`;--> statement-breakpoint
ALTER TABLE `__new_source_state` RENAME TO `source_state`;--> statement-breakpoint
ALTER TABLE `audit` ADD `hash` text;--> statement-breakpoint
CREATE INDEX `audit_trouble` ON `audit` (`outcome`,`id`) WHERE outcome <> 'ok';--> statement-breakpoint
ALTER TABLE `job` ADD `schedule` text;--> statement-breakpoint
ALTER TABLE `job` ADD `is_made_up` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `job` ADD `ignores_windows` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `job_schedule` ON `job` (`schedule`,`number`) WHERE schedule IS NOT NULL;--> statement-breakpoint
CREATE INDEX `job_ended` ON `job` (`operation`,`schedule`,`finished_at`) WHERE status IN ('succeeded', 'failed');