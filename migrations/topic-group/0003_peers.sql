CREATE TABLE `slots` (
	`agent` integer NOT NULL,
	`ticket_id` text NOT NULL,
	`group` text NOT NULL,
	PRIMARY KEY(`agent`, `ticket_id`)
);
--> statement-breakpoint
ALTER TABLE `agents` ADD `open_elsewhere` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `customers` ADD `home` text;--> statement-breakpoint
ALTER TABLE `tickets` ADD `foreign_id` text;--> statement-breakpoint
CREATE UNIQUE INDEX `tickets_foreign` ON `tickets` (`foreign_id`) WHERE foreign_id IS NOT NULL;