CREATE TABLE `cost_day` (
	`day` text NOT NULL,
	`item` text NOT NULL,
	`quantity` real,
	`unit_price` real,
	`amount` real,
	`currency` text,
	`is_estimate` integer NOT NULL,
	`is_manual` integer NOT NULL,
	`note` text,
	`changed_at` text NOT NULL,
	`changed_by` text NOT NULL,
	PRIMARY KEY(`day`, `item`),
	CONSTRAINT "cost_day_flags" CHECK(is_estimate IN (0, 1) AND is_manual IN (0, 1))
);
--> statement-breakpoint
CREATE TABLE `usage_day` (
	`day` text NOT NULL,
	`item` text NOT NULL,
	`is_estimate` integer NOT NULL,
	`quantity` real NOT NULL,
	PRIMARY KEY(`day`, `item`, `is_estimate`),
	CONSTRAINT "usage_day_is_estimate" CHECK(is_estimate IN (0, 1))
);
--> statement-breakpoint
CREATE TABLE `webhook` (
	`name` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`events` text NOT NULL,
	`is_on` integer NOT NULL,
	`cursor` integer NOT NULL,
	`secret_at` text NOT NULL,
	`secret_by` text NOT NULL,
	`old_secret_until` text,
	`failing_since` text,
	`off_why` text,
	`created_at` text NOT NULL,
	`changed_at` text NOT NULL,
	`changed_by` text NOT NULL,
	CONSTRAINT "webhook_is_on" CHECK(is_on IN (0, 1)),
	CONSTRAINT "webhook_name" CHECK(length(name) BETWEEN 1 AND 40)
);
--> statement-breakpoint
CREATE TABLE `webhook_attempt` (
	`delivery` integer NOT NULL,
	`webhook` text NOT NULL,
	`n` integer NOT NULL,
	`at` text NOT NULL,
	`ms` integer NOT NULL,
	`status` integer,
	`error` text,
	`response` text,
	`by` text,
	PRIMARY KEY(`delivery`, `n`)
);
--> statement-breakpoint
CREATE INDEX `webhook_attempt_at` ON `webhook_attempt` (`at`);--> statement-breakpoint
CREATE INDEX `webhook_attempt_arrived` ON `webhook_attempt` (`webhook`,`at`,`ms`) WHERE error IS NULL;--> statement-breakpoint
CREATE INDEX `webhook_attempt_failed` ON `webhook_attempt` (`webhook`,`at`) WHERE error IS NOT NULL;--> statement-breakpoint
CREATE TABLE `webhook_delivery` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`webhook` text NOT NULL,
	`audit_id` integer NOT NULL,
	`event` text NOT NULL,
	`target` text,
	`body` text NOT NULL,
	`status` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`created_at` text NOT NULL,
	`next_at` text,
	`ended_at` text,
	`asked_by` text,
	CONSTRAINT "webhook_delivery_status" CHECK(status IN ('pending', 'retrying', 'delivered', 'failed'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_delivery_event` ON `webhook_delivery` (`webhook`,`audit_id`);--> statement-breakpoint
CREATE INDEX `webhook_delivery_due` ON `webhook_delivery` (`webhook`,`next_at`) WHERE next_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `webhook_delivery_status_of` ON `webhook_delivery` (`webhook`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `webhook_delivery_created` ON `webhook_delivery` (`created_at`);--> statement-breakpoint
CREATE INDEX `webhook_delivery_health` ON `webhook_delivery` (`webhook`,`created_at`,`status`);--> statement-breakpoint
ALTER TABLE `drain` ADD `paused_left` integer;--> statement-breakpoint
ALTER TABLE `sample` ADD `requests` real;--> statement-breakpoint
ALTER TABLE `sample` ADD `cache_hits` real;--> statement-breakpoint
ALTER TABLE `sample` ADD `cache_misses` real;--> statement-breakpoint
ALTER TABLE `sample` ADD `embedded_experiences` real;--> statement-breakpoint
ALTER TABLE `sample` ADD `embedded_manuals` real;--> statement-breakpoint
ALTER TABLE `sample_rollup` ADD `requests` real;--> statement-breakpoint
ALTER TABLE `sample_rollup` ADD `cache_hits` real;--> statement-breakpoint
ALTER TABLE `sample_rollup` ADD `cache_misses` real;--> statement-breakpoint
ALTER TABLE `sample_rollup` ADD `embedded_experiences` real;--> statement-breakpoint
ALTER TABLE `sample_rollup` ADD `embedded_manuals` real;--> statement-breakpoint
ALTER TABLE `worker_control` ADD `pause_reason` text;--> statement-breakpoint
ALTER TABLE `worker_control` ADD `paused_kinds` text;