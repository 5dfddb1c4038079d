-- An import that adds many entries keeps counts, tasks and origins itself, at once: see `is_settling`.
DROP TRIGGER IF EXISTS `ops_experiences_added`;
--> statement-breakpoint
CREATE TRIGGER `ops_experiences_added` AFTER INSERT ON `experiences`
	WHEN (SELECT is_settling FROM ops_library_state) IS NOT 1 BEGIN
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
DROP TRIGGER IF EXISTS `ops_experiences_replaced`;
--> statement-breakpoint
CREATE TRIGGER `ops_experiences_replaced` BEFORE INSERT ON `experiences`
	WHEN (SELECT is_settling FROM ops_library_state) IS NOT 1 AND EXISTS (SELECT 1 FROM experiences WHERE id = NEW.id) BEGIN
	UPDATE ops_library_state SET
		replaced_experience = NEW.id,
		replaced_status = (SELECT embedding_status FROM experiences WHERE id = NEW.id);
END;
--> statement-breakpoint
DROP TRIGGER IF EXISTS `ops_experiences_origin_added`;
--> statement-breakpoint
CREATE TRIGGER `ops_experiences_origin_added` AFTER INSERT ON `experiences`
	WHEN (SELECT is_settling FROM ops_library_state) IS NOT 1 BEGIN
	DELETE FROM ops_origin WHERE entity_type = 'experience' AND entity_id = NEW.id;
END;
--> statement-breakpoint
DROP TRIGGER IF EXISTS `ops_category_manuals_added`;
--> statement-breakpoint
CREATE TRIGGER `ops_category_manuals_added` AFTER INSERT ON `category_manuals`
	WHEN (SELECT is_settling FROM ops_library_state) IS NOT 1 BEGIN
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
DROP TRIGGER IF EXISTS `ops_category_manuals_replaced`;
--> statement-breakpoint
CREATE TRIGGER `ops_category_manuals_replaced` BEFORE INSERT ON `category_manuals`
	WHEN (SELECT is_settling FROM ops_library_state) IS NOT 1 AND EXISTS (SELECT 1 FROM category_manuals WHERE id = NEW.id) BEGIN
	UPDATE ops_library_state SET
		replaced_manual = NEW.id,
		replaced_status = (SELECT embedding_status FROM category_manuals WHERE id = NEW.id);
END;
--> statement-breakpoint
DROP TRIGGER IF EXISTS `ops_category_manuals_origin_added`;
--> statement-breakpoint
CREATE TRIGGER `ops_category_manuals_origin_added` AFTER INSERT ON `category_manuals`
	WHEN (SELECT is_settling FROM ops_library_state) IS NOT 1 BEGIN
	DELETE FROM ops_origin WHERE entity_type = 'manual' AND entity_id = NEW.id;
END;
