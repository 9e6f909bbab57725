ALTER TABLE `customers` ADD `home` text;--> statement-breakpoint
ALTER TABLE `tickets` ADD `foreign_id` text;--> statement-breakpoint
CREATE UNIQUE INDEX `tickets_foreign` ON `tickets` (`foreign_id`) WHERE foreign_id IS NOT NULL;