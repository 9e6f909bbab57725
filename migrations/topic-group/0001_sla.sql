ALTER TABLE `events` ADD `noted_at` integer;--> statement-breakpoint
ALTER TABLE `tickets` ADD `queue` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `tickets` ADD `busy` integer;--> statement-breakpoint
ALTER TABLE `tickets` ADD `unassigned` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `tickets_busy` ON `tickets` (`busy`) WHERE busy IS NOT NULL;--> statement-breakpoint
CREATE INDEX `tickets_unassigned` ON `tickets` (`queue`,`number`) WHERE unassigned = 1;