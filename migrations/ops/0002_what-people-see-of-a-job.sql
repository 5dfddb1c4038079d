CREATE TABLE `pruned_job` (
	`number` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`operation` text NOT NULL,
	`status` text NOT NULL,
	`finished_at` text NOT NULL,
	`pruned_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `pruned_job_id_unique` ON `pruned_job` (`id`);--> statement-breakpoint
ALTER TABLE `job` ADD `kill_at` text;--> statement-breakpoint
ALTER TABLE `job` ADD `warning` text;--> statement-breakpoint
CREATE INDEX `job_status_finished` ON `job` (`status`,`finished_at`);