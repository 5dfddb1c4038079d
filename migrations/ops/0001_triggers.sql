-- A terminal state never changes.
CREATE TRIGGER `job_terminal` BEFORE UPDATE OF status ON `job`
WHEN OLD.status IN ('succeeded', 'failed', 'cancelled') AND NEW.status IS NOT OLD.status BEGIN
	SELECT RAISE(ABORT, 'a finished job never changes its state');
END;
--> statement-breakpoint
CREATE TRIGGER `job_counted` AFTER INSERT ON `job` BEGIN
	INSERT INTO job_count (operation, status, jobs) VALUES (NEW.operation, NEW.status, 1)
		ON CONFLICT (operation, status) DO UPDATE SET jobs = jobs + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `job_moved` AFTER UPDATE OF status ON `job` WHEN NEW.status IS NOT OLD.status BEGIN
	UPDATE job_count SET jobs = jobs - 1 WHERE operation = OLD.operation AND status = OLD.status;
	INSERT INTO job_count (operation, status, jobs) VALUES (NEW.operation, NEW.status, 1)
		ON CONFLICT (operation, status) DO UPDATE SET jobs = jobs + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `job_pruned` AFTER DELETE ON `job` BEGIN
	UPDATE job_count SET jobs = jobs - 1 WHERE operation = OLD.operation AND status = OLD.status;
END;
--> statement-breakpoint
CREATE TRIGGER `audit_unchanged` BEFORE UPDATE ON `audit` BEGIN
	SELECT RAISE(ABORT, 'audit rows are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_kept` BEFORE DELETE ON `audit` BEGIN
	SELECT RAISE(ABORT, 'audit rows are never removed');
END;
