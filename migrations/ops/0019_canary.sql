CREATE TABLE `canary` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`query` text NOT NULL,
	`kind` text NOT NULL,
	`entity_id` text NOT NULL,
	`created_at` text NOT NULL,
	`created_by` text NOT NULL,
	CONSTRAINT "canary_kind" CHECK(kind IN ('experience', 'manual')),
	CONSTRAINT "canary_query" CHECK(length(query) BETWEEN 1 AND 500)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `canary_query_unique` ON `canary` (`query`);