-- A batch that is completed keeps counts and tasks itself, at once: see `is_settling`.
DROP TRIGGER IF EXISTS `ops_experiences_moved`;
--> statement-breakpoint
CREATE TRIGGER `ops_experiences_moved` AFTER UPDATE OF embedding_status ON `experiences`
	WHEN NEW.embedding_status IS NOT OLD.embedding_status
		AND (SELECT is_settling FROM ops_library_state) IS NOT 1 BEGIN
	UPDATE ops_library_state SET
		experiences_pending = experiences_pending + (NEW.embedding_status IS 'pending') - (OLD.embedding_status IS 'pending'),
		experiences_failed = experiences_failed + (NEW.embedding_status IS 'failed') - (OLD.embedding_status IS 'failed'),
		pending_since = CASE WHEN NEW.embedding_status IS 'pending' AND experiences_pending + manuals_pending = 0
			THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now') ELSE pending_since END;
	DELETE FROM ops_embedding_task
	WHERE entity_type = 'experience' AND entity_id = NEW.id AND NEW.embedding_status IS NOT 'failed';
END;
--> statement-breakpoint
DROP TRIGGER IF EXISTS `ops_category_manuals_moved`;
--> statement-breakpoint
CREATE TRIGGER `ops_category_manuals_moved` AFTER UPDATE OF embedding_status ON `category_manuals`
	WHEN NEW.embedding_status IS NOT OLD.embedding_status
		AND (SELECT is_settling FROM ops_library_state) IS NOT 1 BEGIN
	UPDATE ops_library_state SET
		manuals_pending = manuals_pending + (NEW.embedding_status IS 'pending') - (OLD.embedding_status IS 'pending'),
		manuals_failed = manuals_failed + (NEW.embedding_status IS 'failed') - (OLD.embedding_status IS 'failed'),
		pending_since = CASE WHEN NEW.embedding_status IS 'pending' AND experiences_pending + manuals_pending = 0
			THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now') ELSE pending_since END;
	DELETE FROM ops_embedding_task
	WHERE entity_type = 'manual' AND entity_id = NEW.id AND NEW.embedding_status IS NOT 'failed';
END;
