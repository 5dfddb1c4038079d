ALTER TABLE `job` ADD `tracking` text;--> statement-breakpoint
ALTER TABLE `job` ADD `left_processes` text;