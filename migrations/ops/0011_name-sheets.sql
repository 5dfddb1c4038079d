CREATE TABLE `source` (
	`name` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`place` text NOT NULL,
	`tabs` text,
	`changed_at` text,
	`changed_by` text,
	CONSTRAINT "source_kind" CHECK(kind IN ('folder', 'xlsx', 'google'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `source_place` ON `source` (`kind`,`place`);--> statement-breakpoint
INSERT INTO `source` (`name`, `kind`, `place`) VALUES ('published', 'folder', 'sheets/published'), ('review', 'folder', 'sheets/review');
