ALTER TABLE `tickets` ADD `promises` text;--> statement-breakpoint
ALTER TABLE `tickets` ADD `promised_at` integer;--> statement-breakpoint
CREATE INDEX `tickets_promised` ON `tickets` (`promised_at`) WHERE promised_at IS NOT NULL;