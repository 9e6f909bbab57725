CREATE TABLE `config_versions` (
	`version` integer PRIMARY KEY NOT NULL,
	`document` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	`note` text,
	`restored_from` integer
);
--> statement-breakpoint
CREATE TABLE `contacts` (
	`telegram_id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`username` text,
	`language` text,
	`is_premium` integer NOT NULL,
	`unreachable` text,
	`group_id` text NOT NULL,
	`first_seen_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer NOT NULL,
	`recorded_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `customer_routes` (
	`customer_id` integer PRIMARY KEY NOT NULL,
	`group_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`via` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `ticket_events` (
	`ticket_id` text NOT NULL,
	`n` integer NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`actor` text NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`from_status` text,
	`to_status` text,
	`note` text,
	`data` text NOT NULL,
	PRIMARY KEY(`ticket_id`, `n`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `tickets` (
	`id` text PRIMARY KEY NOT NULL,
	`ref` text NOT NULL,
	`group_id` text NOT NULL,
	`number` integer NOT NULL,
	`status` text NOT NULL,
	`priority` text NOT NULL,
	`queue` text NOT NULL,
	`assignee_id` integer,
	`assignee_name` text,
	`customer_id` integer NOT NULL,
	`subject` text NOT NULL,
	`tags` text NOT NULL,
	`fields` text NOT NULL,
	`opened_at` integer NOT NULL,
	`status_at` integer NOT NULL,
	`first_answered_at` integer,
	`awaiting_since` integer,
	`resolved_at` integer,
	`closed_at` integer,
	`closed` integer NOT NULL,
	`unreachable` text,
	`payload` text,
	`follow_up_of` text,
	`topic_id` integer,
	`reopenings` integer NOT NULL,
	`due_at` integer,
	`version` integer NOT NULL,
	`recorded_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `tickets_ref` ON `tickets` (`ref`);--> statement-breakpoint
CREATE INDEX `tickets_newest` ON `tickets` (`closed`,`opened_at`);--> statement-breakpoint
CREATE INDEX `tickets_group` ON `tickets` (`group_id`,`closed`,`opened_at`);--> statement-breakpoint
CREATE INDEX `tickets_queue` ON `tickets` (`queue`,`closed`,`opened_at`);--> statement-breakpoint
CREATE INDEX `tickets_assignee` ON `tickets` (`assignee_id`,`closed`,`opened_at`) WHERE assignee_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `tickets_customer` ON `tickets` (`customer_id`,`opened_at`);