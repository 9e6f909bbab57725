CREATE TABLE `audit` (
	`id` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`actor_name` text,
	`action` text NOT NULL,
	`target_kind` text NOT NULL,
	`target_id` text NOT NULL,
	`from_value` text,
	`to_value` text,
	`data` text NOT NULL,
	`network` text,
	`user_agent` text,
	`cause` text
);
--> statement-breakpoint
CREATE INDEX `audit_at` ON `audit` (`at`);--> statement-breakpoint
CREATE INDEX `audit_target` ON `audit` (`target_kind`,`target_id`,`at`);--> statement-breakpoint
CREATE UNIQUE INDEX `audit_cause` ON `audit` (`cause`) WHERE cause IS NOT NULL;--> statement-breakpoint
CREATE TABLE `contact_details` (
	`contact_id` integer PRIMARY KEY NOT NULL,
	`display_name` text,
	`email` text,
	`phone` text,
	`notes` text,
	`blocked_at` integer,
	`blocked_by` text,
	`merged_into` integer,
	`merged_at` integer,
	`merged_by` text,
	`updated_at` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `contact_details_merged` ON `contact_details` (`merged_into`) WHERE merged_into IS NOT NULL;--> statement-breakpoint
CREATE TABLE `erasures` (
	`id` text PRIMARY KEY NOT NULL,
	`pseudonym` text NOT NULL,
	`contacts` text,
	`tickets` text,
	`state` text NOT NULL,
	`requested_at` integer NOT NULL,
	`requested_by` text NOT NULL,
	`next_at` integer NOT NULL,
	`done_at` integer,
	`passes` integer NOT NULL,
	`removed` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `erasures_running` ON `erasures` (`next_at`) WHERE state = 'running';--> statement-breakpoint
CREATE INDEX `erasures_pseudonym` ON `erasures` (`pseudonym`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`name` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `legal_holds` (
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`since` integer NOT NULL,
	`by` text NOT NULL,
	`reason` text NOT NULL,
	PRIMARY KEY(`kind`, `id`)
);
--> statement-breakpoint
CREATE INDEX `ticket_events_at` ON `ticket_events` (`at`);--> statement-breakpoint
CREATE INDEX `ticket_events_counted` ON `ticket_events` (`at`) WHERE type IN ('ticket_opened', 'ticket_answered', 'ticket_resolved', 'ticket_closed', 'ticket_reopened', 'sla_breached');