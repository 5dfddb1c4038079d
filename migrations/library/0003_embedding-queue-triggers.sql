-- The counts, the queue's tasks and the status follow whatever program writes the entries; no custom functions.
-- An INSERT OR REPLACE removes the old row without firing a trigger: it is noted before, and taken off after.
UPDATE `ops_library_state` SET
	experiences = (SELECT count(*) FROM experiences),
	experiences_pending = (SELECT count(*) FROM experiences WHERE embedding_status = 'pending'),
	experiences_failed = (SELECT count(*) FROM experiences WHERE embedding_status = 'failed'),
	manuals = (SELECT count(*) FROM category_manuals),
	manuals_pending = (SELECT count(*) FROM category_manuals WHERE embedding_status = 'pending'),
	manuals_failed = (SELECT count(*) FROM category_manuals WHERE embedding_status = 'failed');
--> statement-breakpoint
DROP TRIGGER IF EXISTS `ops_experiences_added`;
--> statement-breakpoint
CREATE TRIGGER `ops_experiences_added` AFTER INSERT ON `experiences` BEGIN
	UPDATE ops_library_state SET
		revision = revision + 1,
		experiences = experiences + (replaced_experience IS NOT NEW.id),
		experiences_pending = experiences_pending + (NEW.embedding_status IS 'pending')
			- (replaced_experience IS NEW.id AND replaced_status IS 'pending'),
		experiences_failed = experiences_failed + (NEW.embedding_status IS 'failed')
			- (replaced_experience IS NEW.id AND replaced_status IS 'failed'),
		pending_since = CASE WHEN NEW.embedding_status IS 'pending' AND experiences_pending + manuals_pending = 0
			THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now') ELSE pending_since END,
		replaced_experience = NULL;
	DELETE FROM ops_embedding_task WHERE entity_type = 'experience' AND entity_id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER `ops_experiences_replaced` BEFORE INSERT ON `experiences`
	WHEN EXISTS (SELECT 1 FROM experiences WHERE id = NEW.id) BEGIN
	UPDATE ops_library_state SET
		replaced_experience = NEW.id,
		replaced_status = (SELECT embedding_status FROM experiences WHERE id = NEW.id);
END;
--> statement-breakpoint
DROP TRIGGER IF EXISTS `ops_experiences_removed`;
--> statement-breakpoint
CREATE TRIGGER `ops_experiences_removed` AFTER DELETE ON `experiences` BEGIN
	UPDATE ops_library_state SET
		revision = revision + 1,
		experiences = experiences - 1,
		experiences_pending = experiences_pending - (OLD.embedding_status IS 'pending'),
		experiences_failed = experiences_failed - (OLD.embedding_status IS 'failed'),
		replaced_experience = NULL;
	DELETE FROM ops_embedding_task WHERE entity_type = 'experience' AND entity_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER `ops_experiences_rewritten` AFTER UPDATE OF title, playbook, context ON `experiences`
	WHEN NEW.title IS NOT OLD.title OR NEW.playbook IS NOT OLD.playbook OR NEW.context IS NOT OLD.context BEGIN
	DELETE FROM ops_embedding_task WHERE entity_type = 'experience' AND entity_id = NEW.id;
	UPDATE experiences SET embedding_status = 'pending'
	WHERE id = NEW.id AND NEW.embedding_status IS OLD.embedding_status AND NEW.embedding_status IS NOT 'pending';
END;
--> statement-breakpoint
CREATE TRIGGER `ops_experiences_moved` AFTER UPDATE OF embedding_status ON `experiences`
	WHEN NEW.embedding_status IS NOT OLD.embedding_status BEGIN
	UPDATE ops_library_state SET
		experiences_pending = experiences_pending + (NEW.embedding_status IS 'pending') - (OLD.embedding_status IS 'pending'),
		experiences_failed = experiences_failed + (NEW.embedding_status IS 'failed') - (OLD.embedding_status IS 'failed'),
		pending_since = CASE WHEN NEW.embedding_status IS 'pending' AND experiences_pending + manuals_pending = 0
			THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now') ELSE pending_since END;
	DELETE FROM ops_embedding_task
	WHERE entity_type = 'experience' AND entity_id = NEW.id AND NEW.embedding_status IS NOT 'failed';
END;
--> statement-breakpoint
DROP TRIGGER IF EXISTS `ops_category_manuals_added`;
--> statement-breakpoint
CREATE TRIGGER `ops_category_manuals_added` AFTER INSERT ON `category_manuals` BEGIN
	UPDATE ops_library_state SET
		revision = revision + 1,
		manuals = manuals + (replaced_manual IS NOT NEW.id),
		manuals_pending = manuals_pending + (NEW.embedding_status IS 'pending')
			- (replaced_manual IS NEW.id AND replaced_status IS 'pending'),
		manuals_failed = manuals_failed + (NEW.embedding_status IS 'failed')
			- (replaced_manual IS NEW.id AND replaced_status IS 'failed'),
		pending_since = CASE WHEN NEW.embedding_status IS 'pending' AND experiences_pending + manuals_pending = 0
			THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now') ELSE pending_since END,
		replaced_manual = NULL;
	DELETE FROM ops_embedding_task WHERE entity_type = 'manual' AND entity_id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER `ops_category_manuals_replaced` BEFORE INSERT ON `category_manuals`
	WHEN EXISTS (SELECT 1 FROM category_manuals WHERE id = NEW.id) BEGIN
	UPDATE ops_library_state SET
		replaced_manual = NEW.id,
		replaced_status = (SELECT embedding_status FROM category_manuals WHERE id = NEW.id);
END;
--> statement-breakpoint
DROP TRIGGER IF EXISTS `ops_category_manuals_removed`;
--> statement-breakpoint
CREATE TRIGGER `ops_category_manuals_removed` AFTER DELETE ON `category_manuals` BEGIN
	UPDATE ops_library_state SET
		revision = revision + 1,
		manuals = manuals - 1,
		manuals_pending = manuals_pending - (OLD.embedding_status IS 'pending'),
		manuals_failed = manuals_failed - (OLD.embedding_status IS 'failed'),
		replaced_manual = NULL;
	DELETE FROM ops_embedding_task WHERE entity_type = 'manual' AND entity_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER `ops_category_manuals_rewritten` AFTER UPDATE OF title, content, summary ON `category_manuals`
	WHEN NEW.title IS NOT OLD.title OR NEW.content IS NOT OLD.content OR NEW.summary IS NOT OLD.summary BEGIN
	DELETE FROM ops_embedding_task WHERE entity_type = 'manual' AND entity_id = NEW.id;
	UPDATE category_manuals SET embedding_status = 'pending'
	WHERE id = NEW.id AND NEW.embedding_status IS OLD.embedding_status AND NEW.embedding_status IS NOT 'pending';
END;
--> statement-breakpoint
CREATE TRIGGER `ops_category_manuals_moved` AFTER UPDATE OF embedding_status ON `category_manuals`
	WHEN NEW.embedding_status IS NOT OLD.embedding_status BEGIN
	UPDATE ops_library_state SET
		manuals_pending = manuals_pending + (NEW.embedding_status IS 'pending') - (OLD.embedding_status IS 'pending'),
		manuals_failed = manuals_failed + (NEW.embedding_status IS 'failed') - (OLD.embedding_status IS 'failed'),
		pending_since = CASE WHEN NEW.embedding_status IS 'pending' AND experiences_pending + manuals_pending = 0
			THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now') ELSE pending_since END;
	DELETE FROM ops_embedding_task
	WHERE entity_type = 'manual' AND entity_id = NEW.id AND NEW.embedding_status IS NOT 'failed';
END;
