ALTER TABLE `ops_embedding_task` ADD `deaths` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `ops_library_state` ADD `is_settling` integer DEFAULT 0 NOT NULL;