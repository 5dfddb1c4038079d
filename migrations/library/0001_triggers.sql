-- The revision counts every change of what an import compares; no custom functions: other programs write this file too.
INSERT OR IGNORE INTO `ops_library_state` (id, revision) VALUES (1, 0);
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `ops_categories_added` AFTER INSERT ON `categories` BEGIN
	UPDATE ops_library_state SET revision = revision + 1;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `ops_categories_removed` AFTER DELETE ON `categories` BEGIN
	UPDATE ops_library_state SET revision = revision + 1;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `ops_categories_changed` AFTER UPDATE OF code, name, description ON `categories` BEGIN
	UPDATE ops_library_state SET revision = revision + 1;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `ops_experiences_added` AFTER INSERT ON `experiences` BEGIN
	UPDATE ops_library_state SET revision = revision + 1;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `ops_experiences_removed` AFTER DELETE ON `experiences` BEGIN
	UPDATE ops_library_state SET revision = revision + 1;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `ops_experiences_changed` AFTER UPDATE OF id, category_code, section, title, playbook, context, source, sync_status, author ON `experiences` BEGIN
	UPDATE ops_library_state SET revision = revision + 1;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `ops_category_manuals_added` AFTER INSERT ON `category_manuals` BEGIN
	UPDATE ops_library_state SET revision = revision + 1;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `ops_category_manuals_removed` AFTER DELETE ON `category_manuals` BEGIN
	UPDATE ops_library_state SET revision = revision + 1;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `ops_category_manuals_changed` AFTER UPDATE OF id, category_code, title, content, summary, source, sync_status, author ON `category_manuals` BEGIN
	UPDATE ops_library_state SET revision = revision + 1;
END;
