CREATE TABLE `job_hour` (
	`hour` text NOT NULL,
	`operation` text NOT NULL,
	`status` text NOT NULL,
	`jobs` integer NOT NULL,
	PRIMARY KEY(`hour`, `operation`, `status`)
);
--> statement-breakpoint
CREATE TABLE `job_sample` (
	`job_id` text NOT NULL,
	`at_ms` integer NOT NULL,
	`rss_bytes` integer NOT NULL,
	`cpu_percent` real NOT NULL,
	PRIMARY KEY(`job_id`, `at_ms`)
);
--> statement-breakpoint
INSERT INTO job_hour (hour, operation, status, jobs)
	SELECT substr(created_at, 1, 13), operation, status, count(*) FROM job GROUP BY 1, 2, 3;
--> statement-breakpoint
CREATE TRIGGER `job_hour_counted` AFTER INSERT ON `job` BEGIN
	INSERT INTO job_hour (hour, operation, status, jobs)
		VALUES (substr(NEW.created_at, 1, 13), NEW.operation, NEW.status, 1)
		ON CONFLICT (hour, operation, status) DO UPDATE SET jobs = jobs + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `job_hour_moved` AFTER UPDATE OF status ON `job` WHEN NEW.status IS NOT OLD.status BEGIN
	UPDATE job_hour SET jobs = jobs - 1
		WHERE hour = substr(OLD.created_at, 1, 13) AND operation = OLD.operation AND status = OLD.status;
	DELETE FROM job_hour
		WHERE hour = substr(OLD.created_at, 1, 13) AND operation = OLD.operation AND status = OLD.status AND jobs = 0;
	INSERT INTO job_hour (hour, operation, status, jobs)
		VALUES (substr(NEW.created_at, 1, 13), NEW.operation, NEW.status, 1)
		ON CONFLICT (hour, operation, status) DO UPDATE SET jobs = jobs + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `job_hour_pruned` AFTER DELETE ON `job` BEGIN
	UPDATE job_hour SET jobs = jobs - 1
		WHERE hour = substr(OLD.created_at, 1, 13) AND operation = OLD.operation AND status = OLD.status;
	DELETE FROM job_hour
		WHERE hour = substr(OLD.created_at, 1, 13) AND operation = OLD.operation AND status = OLD.status AND jobs = 0;
END;
--> statement-breakpoint
CREATE TRIGGER `job_samples_dropped` AFTER DELETE ON `job` BEGIN
	DELETE FROM job_sample WHERE job_id = OLD.id;
END;
