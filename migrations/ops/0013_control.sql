CREATE TABLE `access_token` (
	`name` text PRIMARY KEY NOT NULL,
	`role` text NOT NULL,
	`hash` text NOT NULL,
	`hint` text NOT NULL,
	`created_at` text NOT NULL,
	`created_by` text NOT NULL,
	`expires_at` text,
	`last_used_at` text,
	`revoked_at` text,
	CONSTRAINT "access_token_role" CHECK(role IN ('viewer', 'operator', 'admin')),
	CONSTRAINT "access_token_name" CHECK(length(name) BETWEEN 1 AND 40)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `access_token_hash_unique` ON `access_token` (`hash`);--> statement-breakpoint
CREATE TABLE `credential` (
	`name` text NOT NULL,
	`slot` text NOT NULL,
	`path` text NOT NULL,
	`kind` text NOT NULL,
	`sha256` text NOT NULL,
	`mode` integer NOT NULL,
	`changed_at` text NOT NULL,
	`changed_by` text NOT NULL,
	`checked_at` text,
	`status` text,
	`text` text,
	`steps` text,
	PRIMARY KEY(`name`, `slot`),
	CONSTRAINT "credential_slot" CHECK(slot IN ('saved', 'next', 'environment')),
	CONSTRAINT "credential_kind" CHECK(kind IN ('service_account', 'api_key')),
	CONSTRAINT "credential_status" CHECK(status IN ('ok', 'warning', 'error'))
);
--> statement-breakpoint
CREATE TABLE `finding` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`check_id` text NOT NULL,
	`subject` text NOT NULL,
	`component` text NOT NULL,
	`severity` text NOT NULL,
	`title` text NOT NULL,
	`text` text NOT NULL,
	`stops` text NOT NULL,
	`fix` text,
	`runbook` text,
	`opened_at` text NOT NULL,
	`seen_at` text NOT NULL,
	`cleared_at` text,
	`times` integer NOT NULL,
	`muted_until` text,
	`muted_by` text,
	`mute_reason` text,
	`incident` integer,
	CONSTRAINT "finding_severity" CHECK(severity IN ('info', 'warning', 'error'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `finding_subject` ON `finding` (`check_id`,`subject`);--> statement-breakpoint
CREATE TABLE `server_start` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` text NOT NULL,
	`version` text NOT NULL,
	`commit` text,
	`node` text NOT NULL,
	`sqlite` text NOT NULL,
	`mode` text NOT NULL,
	`pid` integer NOT NULL,
	`boot_id` text,
	`config_sha256` text NOT NULL,
	`ended_at` text,
	`end` text,
	CONSTRAINT "server_start_end" CHECK("end" IN ('stopped', 'lost'))
);
--> statement-breakpoint
CREATE TABLE `session` (
	`hash` text PRIMARY KEY NOT NULL,
	`token` text NOT NULL,
	`created_at` text NOT NULL,
	`seen_at` text NOT NULL,
	`peer` text
);
--> statement-breakpoint
CREATE TABLE `setting` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`changed_at` text NOT NULL,
	`changed_by` text NOT NULL
);
