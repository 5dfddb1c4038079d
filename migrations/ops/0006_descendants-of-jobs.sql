CREATE TABLE `job_process` (
	`job_id` text NOT NULL,
	`pid` integer NOT NULL,
	`pid_started` text,
	`boot_id` text,
	PRIMARY KEY(`job_id`, `pid`)
);
