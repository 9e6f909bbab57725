CREATE INDEX `ticket_events_counted` ON `ticket_events` (`at`) WHERE type IN ('ticket_opened', 'ticket_answered', 'ticket_resolved', 'ticket_closed', 'ticket_reopened', 'sla_breached');
