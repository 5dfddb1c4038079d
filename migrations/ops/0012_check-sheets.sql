CREATE TABLE `source_state` (
	`name` text PRIMARY KEY NOT NULL,
	`checked_at` text NOT NULL,
	`check_status` text NOT NULL,
	`check_text` text NOT NULL,
	`check_steps` text NOT NULL,
	`row_count` integer,
	`seen_hash` text,
	CONSTRAINT "source_state_status" CHECK(check_status IN ('ok', 'warning', 'error'))
);
