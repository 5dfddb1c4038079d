CREATE TABLE IF NOT EXISTS `ops_origin` (
	`entity_type` text NOT NULL,
	`entity_id` text NOT NULL,
	`source` text NOT NULL,
	`job` text NOT NULL,
	PRIMARY KEY(`entity_type`, `entity_id`)
) WITHOUT ROWID;
--> statement-breakpoint
-- An id that is removed and added again has come in another way, and so has an id that an update or an INSERT OR REPLACE
-- gives to an entry. The triggers use no custom functions, because other programs write this file, too.
CREATE TRIGGER IF NOT EXISTS `ops_experiences_origin` AFTER DELETE ON `experiences` BEGIN
	DELETE FROM ops_origin WHERE entity_type = 'experience' AND entity_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `ops_experiences_origin_added` AFTER INSERT ON `experiences` BEGIN
	DELETE FROM ops_origin WHERE entity_type = 'experience' AND entity_id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `ops_experiences_origin_renamed` AFTER UPDATE OF id ON `experiences`
	WHEN NEW.id IS NOT OLD.id BEGIN
	DELETE FROM ops_origin WHERE entity_type = 'experience' AND entity_id IN (OLD.id, NEW.id);
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `ops_category_manuals_origin` AFTER DELETE ON `category_manuals` BEGIN
	DELETE FROM ops_origin WHERE entity_type = 'manual' AND entity_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `ops_category_manuals_origin_added` AFTER INSERT ON `category_manuals` BEGIN
	DELETE FROM ops_origin WHERE entity_type = 'manual' AND entity_id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `ops_category_manuals_origin_renamed` AFTER UPDATE OF id ON `category_manuals`
	WHEN NEW.id IS NOT OLD.id BEGIN
	DELETE FROM ops_origin WHERE entity_type = 'manual' AND entity_id IN (OLD.id, NEW.id);
END;
