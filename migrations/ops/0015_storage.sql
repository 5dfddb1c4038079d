CREATE TABLE `backup` (
	`id` text PRIMARY KEY NOT NULL,
	`job` integer,
	`at` text NOT NULL,
	`kind` text NOT NULL,
	`bytes` integer NOT NULL,
	`sha256` text,
	`proof` text NOT NULL,
	`proof_job` integer,
	`proof_at` text,
	`proof_text` text,
	`proof_steps` text,
	`note` text,
	`is_kept` integer NOT NULL,
	`gone_at` text,
	CONSTRAINT "backup_kind" CHECK(kind IN ('full', 'before_import', 'before_update')),
	CONSTRAINT "backup_proof" CHECK(proof IN ('none', 'proven', 'failed', 'inconclusive')),
	CONSTRAINT "backup_is_kept" CHECK(is_kept IN (0, 1))
);
--> statement-breakpoint
CREATE INDEX `backup_at` ON `backup` (`at`);--> statement-breakpoint
CREATE TABLE `disk_use` (
	`day` text NOT NULL,
	`part` text NOT NULL,
	`bytes` integer NOT NULL,
	PRIMARY KEY(`day`, `part`)
);
