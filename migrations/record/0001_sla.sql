ALTER TABLE `ticket_events` ADD `noted_at` integer;--> statement-breakpoint
CREATE INDEX `ticket_events_escalations` ON `ticket_events` (`at`) WHERE type IN ('escalation_taken', 'ticket_escalated');--> statement-breakpoint
ALTER TABLE `tickets` ADD `tier` text;--> statement-breakpoint
CREATE INDEX `tickets_due` ON `tickets` (`due_at`,`group_id`) WHERE due_at IS NOT NULL;