CREATE TABLE IF NOT EXISTS `ops_embedding_task` (
	`entity_type` text NOT NULL,
	`entity_id` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_attempt_at` text,
	`error` text,
	`failed_at` text,
	`claimed_by` text,
	`fence` integer NOT NULL,
	`lease_until` text,
	PRIMARY KEY(`entity_type`, `entity_id`)
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS `ops_embedding_task_claimed_by` ON `ops_embedding_task` (`claimed_by`) WHERE claimed_by IS NOT NULL;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS `ops_embedding_task_failed_at` ON `ops_embedding_task` (`failed_at`) WHERE failed_at IS NOT NULL;--> statement-breakpoint
DROP INDEX IF EXISTS `ops_category_manuals_embedding_status`;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS `ops_category_manuals_waiting` ON `category_manuals` (`embedding_status`,`updated_at`);--> statement-breakpoint
DROP INDEX IF EXISTS `ops_experiences_embedding_status`;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS `ops_experiences_waiting` ON `experiences` (`embedding_status`,`updated_at`);--> statement-breakpoint
ALTER TABLE `ops_library_state` ADD `experiences` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `ops_library_state` ADD `experiences_pending` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `ops_library_state` ADD `experiences_failed` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `ops_library_state` ADD `manuals` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `ops_library_state` ADD `manuals_pending` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `ops_library_state` ADD `manuals_failed` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `ops_library_state` ADD `pending_since` text;--> statement-breakpoint
ALTER TABLE `ops_library_state` ADD `replaced_experience` text;--> statement-breakpoint
ALTER TABLE `ops_library_state` ADD `replaced_manual` text;--> statement-breakpoint
ALTER TABLE `ops_library_state` ADD `replaced_status` text;--> statement-breakpoint
ALTER TABLE `ops_library_state` ADD `fence` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `ops_library_state` ADD `embedding_model` text;--> statement-breakpoint
ALTER TABLE `ops_library_state` ADD `embedding_dimension` integer;