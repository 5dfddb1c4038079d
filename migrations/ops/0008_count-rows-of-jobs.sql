CREATE TABLE `job_row_count` (
	`job_id` text NOT NULL,
	`outcome` text NOT NULL,
	`rows` integer NOT NULL,
	PRIMARY KEY(`job_id`, `outcome`)
);
--> statement-breakpoint
CREATE INDEX `job_row_outcome` ON `job_row` (`job_id`,`outcome`,`seq`);
--> statement-breakpoint
INSERT INTO job_row_count (job_id, outcome, rows)
	SELECT job_id, outcome, count(*) FROM job_row GROUP BY job_id, outcome;
--> statement-breakpoint
CREATE TRIGGER `job_row_counted` AFTER INSERT ON `job_row` BEGIN
	INSERT INTO job_row_count (job_id, outcome, rows) VALUES (NEW.job_id, NEW.outcome, 1)
		ON CONFLICT (job_id, outcome) DO UPDATE SET rows = rows + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `job_row_dropped` AFTER DELETE ON `job_row` BEGIN
	UPDATE job_row_count SET rows = rows - 1 WHERE job_id = OLD.job_id AND outcome = OLD.outcome;
	DELETE FROM job_row_count WHERE job_id = OLD.job_id AND outcome = OLD.outcome AND rows = 0;
END;
