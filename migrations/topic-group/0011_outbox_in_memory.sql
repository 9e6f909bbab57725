DROP INDEX `outbox_waiting`;--> statement-breakpoint
DROP INDEX `outbox_key`;