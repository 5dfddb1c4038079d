CREATE TABLE `checklist_item` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`of` text NOT NULL,
	`n` integer NOT NULL,
	`text` text NOT NULL,
	`owner` text,
	`due` text,
	`state` text NOT NULL,
	`at` text,
	`actor` text,
	`note` text,
	`job` integer,
	CONSTRAINT "checklist_item_state" CHECK(state IN ('open', 'done', 'skipped', 'failed'))
);
--> statement-breakpoint
CREATE INDEX `checklist_item_of` ON `checklist_item` (`of`,`n`);--> statement-breakpoint
CREATE INDEX `checklist_item_state_index` ON `checklist_item` (`state`);--> statement-breakpoint
CREATE INDEX `checklist_item_job` ON `checklist_item` (`job`);--> statement-breakpoint
CREATE TABLE `document` (
	`kind` text NOT NULL,
	`slug` text NOT NULL,
	`title` text NOT NULL,
	`body` text NOT NULL,
	`version` integer NOT NULL,
	`owner` text,
	`tags` text NOT NULL,
	`priority` text,
	`prerequisites` text,
	`rollback` text,
	`review_days` integer,
	`reviewed_at` text,
	`by` text NOT NULL,
	`at` text NOT NULL,
	`removed_at` text,
	PRIMARY KEY(`kind`, `slug`),
	CONSTRAINT "document_kind" CHECK(kind IN ('runbook', 'post_mortem', 'note'))
);
--> statement-breakpoint
CREATE TABLE `document_version` (
	`kind` text NOT NULL,
	`slug` text NOT NULL,
	`version` integer NOT NULL,
	`title` text NOT NULL,
	`body` text NOT NULL,
	`owner` text,
	`tags` text NOT NULL,
	`priority` text,
	`prerequisites` text,
	`rollback` text,
	`review_days` integer,
	`by` text NOT NULL,
	`at` text NOT NULL,
	PRIMARY KEY(`kind`, `slug`, `version`)
);
--> statement-breakpoint
CREATE TABLE `incident` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`title` text NOT NULL,
	`severity` integer NOT NULL,
	`status` text NOT NULL,
	`summary` text NOT NULL,
	`services` text NOT NULL,
	`tags` text NOT NULL,
	`owner` text,
	`source` text NOT NULL,
	`source_ref` text,
	`runbook` text,
	`opened_at` text NOT NULL,
	`opened_by` text NOT NULL,
	`mitigated_at` text,
	`closed_at` text,
	`due_at` text NOT NULL,
	`resolution` text,
	CONSTRAINT "incident_severity" CHECK(severity BETWEEN 1 AND 4),
	CONSTRAINT "incident_status" CHECK(status IN ('open', 'mitigated', 'closed')),
	CONSTRAINT "incident_source" CHECK(source IN ('hand', 'finding', 'job', 'error'))
);
--> statement-breakpoint
CREATE INDEX `incident_listed` ON `incident` (`status`,`severity`,`number`);--> statement-breakpoint
CREATE INDEX `incident_source_ref` ON `incident` (`source_ref`);--> statement-breakpoint
CREATE INDEX `incident_opened` ON `incident` (`opened_at`,`mitigated_at`,`due_at`);--> statement-breakpoint
CREATE INDEX `incident_due` ON `incident` (`status`,`due_at`);--> statement-breakpoint
CREATE TABLE `incident_entry` (
	`incident` integer NOT NULL,
	`seq` integer NOT NULL,
	`at` text NOT NULL,
	`actor` text NOT NULL,
	`kind` text NOT NULL,
	`text` text NOT NULL,
	`ref` text,
	PRIMARY KEY(`incident`, `seq`),
	CONSTRAINT "incident_entry_kind" CHECK(kind IN ('note', 'status', 'severity', 'link', 'finding', 'job'))
);
--> statement-breakpoint
CREATE INDEX `incident_entry_ref` ON `incident_entry` (`ref`);--> statement-breakpoint
CREATE TABLE `objective` (
	`name` text PRIMARY KEY NOT NULL,
	`target` real NOT NULL,
	`window_days` integer NOT NULL,
	`threshold_ms` integer,
	`is_on` integer NOT NULL,
	`changed_at` text NOT NULL,
	`changed_by` text NOT NULL,
	CONSTRAINT "objective_target" CHECK(target >= 0.5 AND target < 1),
	CONSTRAINT "objective_window" CHECK(window_days BETWEEN 7 AND 90),
	CONSTRAINT "objective_is_on" CHECK(is_on IN (0, 1))
);
--> statement-breakpoint
CREATE TABLE `objective_tally` (
	`name` text NOT NULL,
	`span` integer NOT NULL,
	`at` integer NOT NULL,
	`good` integer NOT NULL,
	`total` integer NOT NULL,
	PRIMARY KEY(`name`, `span`, `at`)
);
--> statement-breakpoint
CREATE INDEX `objective_tally_at` ON `objective_tally` (`span`,`at`);--> statement-breakpoint
CREATE TABLE `run` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`slug` text NOT NULL,
	`version` integer NOT NULL,
	`incident` integer,
	`started_at` text NOT NULL,
	`started_by` text NOT NULL,
	`ended_at` text,
	`outcome` text,
	CONSTRAINT "run_outcome" CHECK(outcome IN ('done', 'stopped'))
);
--> statement-breakpoint
CREATE INDEX `run_slug` ON `run` (`slug`,`number`);--> statement-breakpoint
CREATE INDEX `run_incident` ON `run` (`incident`);--> statement-breakpoint
CREATE TRIGGER `incident_entry_unchanged` BEFORE UPDATE ON `incident_entry` BEGIN
	SELECT RAISE(ABORT, 'entries of a timeline are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER `incident_entry_kept` BEFORE DELETE ON `incident_entry` BEGIN
	SELECT RAISE(ABORT, 'entries of a timeline are never removed');
END;
