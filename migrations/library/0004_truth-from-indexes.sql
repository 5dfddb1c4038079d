DROP INDEX IF EXISTS `ops_category_manuals_category`;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS `ops_category_manuals_listed` ON `category_manuals` (`category_code`,`id`,`embedding_status`);--> statement-breakpoint
DROP INDEX IF EXISTS `ops_embeddings_entity`;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS `ops_embeddings_newest` ON `embeddings` (`entity_id`,`entity_type`,`created_at`,`model_name`,`content_hash`);--> statement-breakpoint
DROP INDEX IF EXISTS `ops_experiences_category`;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS `ops_experiences_listed` ON `experiences` (`category_code`,`id`,`embedding_status`);