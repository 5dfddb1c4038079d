CREATE TABLE IF NOT EXISTS `ops_applied` (
	`job_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`revision` integer NOT NULL,
	`result` text NOT NULL,
	`applied_at` text NOT NULL,
	PRIMARY KEY(`job_id`, `attempt`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `categories` (
	`code` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS `categories_name_unique` ON `categories` (`name`);--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `category_manuals` (
	`id` text PRIMARY KEY NOT NULL,
	`category_code` text NOT NULL,
	`title` text NOT NULL,
	`content` text NOT NULL,
	`summary` text,
	`source` text NOT NULL,
	`sync_status` integer NOT NULL,
	`author` text,
	`embedding_status` text DEFAULT 'pending' NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`synced_at` text,
	`exported_at` text,
	FOREIGN KEY (`category_code`) REFERENCES `categories`(`code`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "category_manuals_embedding_status" CHECK(embedding_status IN ('pending', 'embedded', 'failed'))
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS `ops_category_manuals_category` ON `category_manuals` (`category_code`);--> statement-breakpoint
CREATE INDEX IF NOT EXISTS `ops_category_manuals_embedding_status` ON `category_manuals` (`embedding_status`);--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `embeddings` (
	`entity_id` text NOT NULL,
	`entity_type` text NOT NULL,
	`model_name` text NOT NULL,
	`model_version` text NOT NULL,
	`embedding_dimension` integer NOT NULL,
	`embedding_data` blob NOT NULL,
	`created_at` text NOT NULL,
	`content_hash` text
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS `ops_embeddings_entity` ON `embeddings` (`entity_id`,`entity_type`);--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `experiences` (
	`id` text PRIMARY KEY NOT NULL,
	`category_code` text NOT NULL,
	`section` text NOT NULL,
	`title` text NOT NULL,
	`playbook` text NOT NULL,
	`context` text,
	`source` text NOT NULL,
	`sync_status` integer NOT NULL,
	`author` text,
	`embedding_status` text DEFAULT 'pending' NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`synced_at` text,
	`exported_at` text,
	FOREIGN KEY (`category_code`) REFERENCES `categories`(`code`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "experiences_embedding_status" CHECK(embedding_status IN ('pending', 'embedded', 'failed'))
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS `ops_experiences_category` ON `experiences` (`category_code`);--> statement-breakpoint
CREATE INDEX IF NOT EXISTS `ops_experiences_embedding_status` ON `experiences` (`embedding_status`);--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `ops_library_state` (
	`id` integer PRIMARY KEY NOT NULL,
	`revision` integer NOT NULL,
	`writer` text
);
