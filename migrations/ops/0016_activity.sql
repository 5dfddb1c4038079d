CREATE TABLE `error_group` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`fingerprint` text NOT NULL,
	`title` text NOT NULL,
	`source` text NOT NULL,
	`code` text NOT NULL,
	`place` text NOT NULL,
	`frame` text,
	`line` text NOT NULL,
	`first_at` text NOT NULL,
	`last_at` text NOT NULL,
	`times` integer NOT NULL,
	`first_version` text NOT NULL,
	`state` text NOT NULL,
	`changed_at` text,
	`changed_by` text,
	`resolved_version` text,
	`came_back_at` text,
	`sample` text NOT NULL,
	CONSTRAINT "error_group_source" CHECK(source IN ('server', 'job', 'worker')),
	CONSTRAINT "error_group_state" CHECK(state IN ('open', 'resolved', 'muted'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `error_group_fingerprint_unique` ON `error_group` (`fingerprint`);--> statement-breakpoint
CREATE INDEX `error_group_last` ON `error_group` (`state`,`last_at`);--> statement-breakpoint
CREATE TABLE `error_hour` (
	`group_id` integer NOT NULL,
	`hour` text NOT NULL,
	`times` integer NOT NULL,
	PRIMARY KEY(`group_id`, `hour`)
);
--> statement-breakpoint
CREATE INDEX `error_hour_hour` ON `error_hour` (`hour`);--> statement-breakpoint
CREATE TABLE `flag` (
	`key` text PRIMARY KEY NOT NULL,
	`is_on` integer NOT NULL,
	`percent` integer NOT NULL,
	`note` text,
	`changed_at` text NOT NULL,
	`changed_by` text NOT NULL,
	CONSTRAINT "flag_is_on" CHECK(is_on IN (0, 1)),
	CONSTRAINT "flag_percent" CHECK(percent BETWEEN 0 AND 100)
);
--> statement-breakpoint
CREATE TABLE `flag_read` (
	`key` text PRIMARY KEY NOT NULL,
	`since` text NOT NULL,
	`read_at` text
);
--> statement-breakpoint
CREATE TABLE `vector_recheck` (
	`kind` text NOT NULL,
	`entry_id` text NOT NULL,
	`model` text NOT NULL,
	`similarity` real NOT NULL,
	`checked_at` text NOT NULL,
	PRIMARY KEY(`kind`, `entry_id`)
);
--> statement-breakpoint
CREATE INDEX `vector_recheck_checked` ON `vector_recheck` (`checked_at`);--> statement-breakpoint
ALTER TABLE `job` ADD `traceparent` text;