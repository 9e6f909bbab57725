// Made from the contract by `npm run client`; never edited.

/** What the API takes and answers, by the names of the contract. */
export interface Schemas {
  "Config": { "$schema"?: string | undefined; "desk": { "name": string; "locale"?: "en" | undefined; "timeZone"?: string | undefined; "reopenWithin"?: string | undefined; "autoCloseResolvedAfter"?: string | undefined; "claimOnAnswer"?: boolean | undefined; "groupCalls"?: "documented" | "learned" | undefined; "textInWebhooks"?: boolean | undefined }; "groups": ({ "id": string; "chatId": number; "prefix": string; "entry"?: string[] | undefined; "leads"?: number[] | undefined })[]; "tiers"?: Record<string, { "score": number; "slaPolicy": string }> | undefined; "queues": ({ "id": string; "group": string; "assignment"?: "claim" | "auto" | undefined; "slaPolicy"?: string | undefined; "depthAlert"?: { "unassigned": number; "cooldown": string } | undefined; "strategy"?: "weighted" | "least_loaded" | "round_robin" | undefined; "weights"?: { "preferredAgent"?: number | undefined; "preferredSkills"?: number | undefined; "history"?: number | undefined; "spareCapacity"?: number | undefined } | undefined; "relaxAfter"?: string[] | undefined; "overrideAfter"?: string | undefined; "answerWithin"?: string | undefined; "requireSkills"?: Record<string, number> | undefined; "preferSkills"?: Record<string, number> | undefined })[]; "agents"?: ({ "telegramId": number; "name": string; "username"?: string | undefined; "role"?: "lead" | "senior" | "agent" | undefined; "groups": string[]; "capacity"?: number | undefined; "shift"?: string | undefined; "skills"?: Record<string, { "level": number; "expiresOn"?: string | undefined }> | undefined })[] | undefined; "calendars"?: ({ "id": string; "timeZone": string; "weekly": Record<string, string[]>; "holidays"?: { "date": string; "name": string }[] | undefined; "overrides"?: ({ "date": string; "hours": string[]; "name"?: string | undefined })[] | undefined })[] | undefined; "slaPolicies"?: ({ "id": string; "calendar": string; "targets": Record<string, { "firstResponse"?: string | undefined; "nextResponse"?: string | undefined; "resolution"?: string | undefined }>; "firstResponseStarts"?: "created" | "claimed" | undefined; "pauseResolutionWhile"?: ("waiting" | "resolved")[] | undefined; "warnings"?: ({ "before": string; "clock"?: "business" | "wall" | undefined })[] | undefined; "escalation"?: string | undefined })[] | undefined; "escalationPolicies"?: ({ "id": string; "cooldown"?: string | undefined; "steps": ({ "at": "warning" | "breach"; "after"?: string | undefined; "clock"?: "business" | "wall" | undefined; "metric"?: "firstResponse" | "nextResponse" | "resolution" | undefined; "actions": (({ "notify": ("assignee" | "lead") | number }) | { "note": "topic" } | ({ "reassign": "senior" | "other" }) | ({ "priority": "urgent" | "high" | "normal" | "low" }) | { "status": "escalated" } | { "webhook": string })[] })[] })[] | undefined; "routing": { "rules"?: ({ "when": { "tier"?: string | undefined; "segment"?: string | undefined; "category"?: string | undefined; "urgency"?: string | undefined; "language"?: string | undefined; "payload"?: string | undefined; "attributes"?: Record<string, string | number | boolean> | undefined; "during"?: string | undefined }; "queue"?: string | undefined; "priority"?: "urgent" | "high" | "normal" | "low" | undefined; "requireSkills"?: Record<string, number> | undefined })[] | undefined; "defaultQueue": string; "defaultTier"?: string | undefined; "fallbackPool"?: string | undefined; "enrichment"?: { "adapter"?: "generic" | "hubspot" | undefined; "url"?: string | undefined; "timeout"?: string | undefined; "cacheFor"?: string | undefined; "staleAfter"?: string | undefined; "shareSubject"?: boolean | undefined; "hubspot"?: { "findBy": { "telegramId"?: string | undefined; "email"?: string | undefined; "phone"?: string | undefined; "username"?: string | undefined }; "tier"?: { "property": string; "values"?: Record<string, string> | undefined } | undefined; "segment"?: { "property": string; "values"?: Record<string, string> | undefined } | undefined; "preferredAgent"?: { "property": string; "values"?: Record<string, number> | undefined } | undefined; "priorityScore"?: { "property": string; "values"?: Record<string, number> | undefined } | undefined; "attributes"?: Record<string, { "property": string; "values"?: Record<string, string | number | boolean> | undefined }> | undefined } | undefined } | undefined; "skills"?: { "url": string; "timeout"?: string | undefined; "cacheFor"?: string | undefined } | undefined; "capacityCounts"?: "waiting_for_agent" | "all_open" | undefined; "showReason"?: "assignee" | "group" | undefined }; "intake"?: { "greeting"?: string | undefined; "fields"?: ({ "id": string; "ask": string; "label"?: string | undefined; "options": { "id": string; "label": string }[]; "required"?: boolean | undefined })[] | undefined; "createTicket"?: "on_first_message" | undefined; "holdFor"?: string | undefined } | undefined; "webhooks"?: ({ "id": string; "url": string; "events": string[]; "includeText"?: boolean | undefined; "signing"?: { "generation": number; "previousUntil"?: string | undefined } | undefined })[] | undefined; "retention"?: { "closedTickets"?: string | undefined; "events"?: string | undefined; "audit"?: string | undefined; "webhookLogs"?: string | undefined; "enrichment"?: string | undefined } | undefined };
  "Health": { "status": "ok" | "waiting"; "waitingFor": string[]; "configVersion"?: number | undefined; "groups"?: ({ "group": string; "reachable": boolean; "configVersion"?: number | undefined; "waiting"?: { "lane": string; "count": number; "oldestAt": string }[] | undefined; "parked"?: number | undefined; "setAside"?: number | undefined; "unrecorded"?: number | undefined; "breakers"?: { "enrichment": boolean; "skills": boolean } | undefined; "troubles"?: string[] | undefined; "stalls"?: ({ "lane": string; "why": "flood_wait" | "topic_flood_wait" | "no_answer"; "since": string; "until": string | null })[] | undefined; "systems"?: Schemas["SystemHealth"][] | undefined })[] | undefined };
  /** A system under `routing` that the desk asks */
  "SystemHealth": { "system": "enrichment" | "skills"; "failures": number; "leftAloneSince": string | null; "retryAt": string | null; "lastFailure": { "code": string; "why": string; "at": string } | null; "answeredAt"?: string | null | undefined };
  "Problem": { "code": Schemas["ProblemCode"]; "type": string; "title": string; "status": number; "detail"?: string | undefined; "instance": string; "problems"?: ({ "pointer": string; "message": string; "at"?: string | undefined })[] | undefined };
  /** Stable; what programs should look at. */
  "ProblemCode": "request.malformed" | "update.malformed" | "auth.missing" | "auth.invalid" | "auth.expired" | "auth.revoked" | "webhook.secret_invalid" | "auth.scope_missing" | "auth.bootstrap_only" | "route.not_found" | "config.not_found" | "config.version_not_found" | "config.item_not_found" | "ticket.not_found" | "agent.not_found" | "contact.not_found" | "ticket.closed" | "ticket.resolved" | "ticket.claimed_by_other" | "ticket.moved" | "tags.too_many" | "erasure.not_found" | "hold.not_found" | "delivery.not_found" | "webhook.not_found" | "key.not_found" | "group.not_found" | "method.not_allowed" | "request.not_acceptable" | "config.in_use" | "config.conflict" | "webhook.disabled" | "contact.held" | "contact.merged" | "contact.has_merged" | "key.revoked" | "key.too_many" | "idempotency.running" | "idempotency.answer_lost" | "events.cursor_lost" | "reconciliation.running" | "drain.running" | "drain.no_address" | "address.unknown" | "config.changed" | "request.too_large" | "request.encoded" | "request.not_json" | "request.invalid" | "idempotency.key_reused" | "config.invalid" | "address.refused" | "sla.out_of_reach" | "rate.exceeded" | "internal.error" | "auth.unavailable" | "config.missing" | "group.full" | "group.unreachable" | "record.unreachable" | "telegram.unreachable";
  "ConfigChanged": { "version": number; "changed": boolean; "diff": Schemas["ConfigDiff"]; "inHand": Schemas["ConfigInHand"]; "unreachableGroups": string[]; "warnings": { "pointer": string; "at": string; "message": string }[] };
  /** JSON pointers, and the same places by name: `added` and `changed` into the new document, `removed` into the old one. Items of lists are matched by their id. */
  "ConfigDiff": { "added": ({ "pointer": string; "at": string; "from"?: unknown | undefined; "to"?: unknown | undefined })[]; "removed": ({ "pointer": string; "at": string; "from"?: unknown | undefined; "to"?: unknown | undefined })[]; "changed": ({ "pointer": string; "at": string; "from"?: unknown | undefined; "to"?: unknown | undefined })[] };
  /** What is taken out and has work in hand, and where that goes */
  "ConfigInHand": ({ "what": "group" | "queue" | "agent"; "id": string; "tickets": number; "promises": number; "waiting": number; "goesTo": string | null })[];
  "ConfigDryRun": { "version": number; "valid": boolean; "problems": { "pointer": string; "at": string; "message": string }[]; "warnings": { "pointer": string; "at": string; "message": string }[]; "inHand": Schemas["ConfigInHand"]; "diff": Schemas["ConfigDiff"] };
  "ConfigVersion": { "version": number; "createdAt": string; "createdBy": string; "note": string | null; "restoredFrom": number | null };
  "ConfigVersionWithDocument": Schemas["ConfigVersion"] & { "document": unknown };
  "ConfigVersionDiff": { "from": Schemas["ConfigVersion"]; "to": Schemas["ConfigVersion"]; "diff": Schemas["ConfigDiff"] };
  "ConfigRollback": { "version": number; "note"?: string | undefined };
  "Ticket": { "id": string; "ref": string; "group": string; "number": number; "status": "open" | "in_progress" | "escalated" | "waiting" | "resolved" | "closed"; "priority": "urgent" | "high" | "normal" | "low"; "queue": string; "tier": string | null; "assignee": { "id": number; "name": string } | null; "customer": { "id": number } | null; "erased": boolean; "subject": string; "tags": string[]; "fields": Record<string, string>; "openedAt": string; "statusAt": string; "awaitingSince": string | null; "firstAnsweredAt": string | null; "resolvedAt": string | null; "closedAt": string | null; "changedAt": string; "due": Schemas["Due"]; "promises": Schemas["Promised"][]; "dueAt": string | null; "nextChangeAt": string | null; "breached": ("firstResponse" | "nextResponse" | "resolution")[]; "unreachable": "blocked" | "gone" | "never_started" | null; "payload": string | null; "followUpOf": string | null; "topicId": number | null; "reopenings": number; "version": number; "recordedAt": string };
  /** The promise to the customer that has to be kept first, a broken one that is still open included; null: no policy promises any, or all are kept or over */
  "Due": { "metric": "firstResponse" | "nextResponse" | "resolution"; "at": string | null; "state": "healthy" | "at_risk" | "breached" | "paused" | "out_of_reach" } | null;
  "Promised": { "metric": "firstResponse" | "nextResponse" | "resolution"; "at": string | null; "state": "healthy" | "at_risk" | "breached" | "paused" | "out_of_reach" };
  "TicketWithEvents": Schemas["Ticket"] & ({ "events": { "items": Schemas["TicketEvent"][]; "nextCursor": string | null } });
  "TicketEvent": { "n": number; "at": string; "notedAt": string | null; "type": string; "by": { "kind": "customer" | "agent" | "key" | "system"; "id"?: number | string | undefined; "name"?: string | undefined; "rule"?: string | undefined }; "from": "open" | "in_progress" | "escalated" | "waiting" | "resolved" | "closed" | null; "to": "open" | "in_progress" | "escalated" | "waiting" | "resolved" | "closed" | null; "note": string | null; "data": Record<string, unknown> };
  "OpenedTicket": { "ref": string; "id": string; "group": string; "queue": string; "status": string; "expectedFirstResponse": string | null; "confirmation": string; "reachable": boolean | null; "notice": string | null; "ticket": Schemas["Ticket"] };
  "TicketOrder": { "contact": { "telegramId"?: number | undefined; "id"?: number | undefined; "email"?: string | undefined; "name"?: string | undefined }; "message"?: string | undefined; "subject"?: string | undefined; "topicGroup"?: string | undefined; "queue"?: string | undefined; "category"?: string | undefined; "urgency"?: string | undefined; "tier"?: string | undefined; "fields"?: Record<string, string> | undefined; "notify"?: boolean | undefined };
  "CommandDone": { "changed": boolean; "already": { "code": string; "by": { "kind": "customer" | "agent" | "key" | "system"; "id"?: number | string | undefined; "name"?: string | undefined; "rule"?: string | undefined } | null; "at": string | null } | null; "ticket": Schemas["Ticket"] };
  "TicketCommand": ({ "type": "claim" | "assign"; "agent": number }) | { "type": "unclaim" } | ({ "type": "reply" | "note"; "text": string }) | ({ "type": "resolve" | "close" | "reopen" | "escalate"; "note"?: string | undefined }) | ({ "type": "transfer"; "queue": string; "note"?: string | undefined }) | ({ "type": "priority"; "priority": "urgent" | "high" | "normal" | "low" }) | ({ "type": "tags"; "add"?: string[] | undefined; "remove"?: string[] | undefined }) | { "type": "fields"; "fields": Record<string, string> } | ({ "type": "snooze"; "agent": number; "for"?: string | undefined; "until"?: string | undefined; "off"?: true | undefined; "reason"?: string | undefined });
  "FeedEvent": Schemas["TicketEvent"] & ({ "ticket": { "id": string; "ref": string | null; "due": Schemas["Due"] }; "group": string; "cursor": string });
  "Contact": { "id": number; "name": string; "username": string | null; "language": string | null; "isPremium": boolean; "unreachable": "blocked" | "gone" | "never_started" | null; "group": string; "firstSeenAt": string; "updatedAt": string; "recordedAt": string };
  "ContactWithTickets": Schemas["Contact"] & ({ "tickets": { "total": number; "active": number; "newest": ({ "ref": string; "group": string; "queue": string; "status": "open" | "in_progress" | "escalated" | "waiting" | "resolved" | "closed"; "openedAt": string })[] } });
  "Agent": { "id": number; "name": string; "username": string | null; "role": "lead" | "senior" | "agent"; "groups": string[]; "home": string; "shift": string | null; "capacity": number; "presence": { "availability": "online" | "away" | "offline"; "until": string | null; "available": boolean; "because": string | null } | null; "open": { "total": number; "byGroup": Record<string, number> }; "lastAssignedAt": string | null };
  "AgentAlone": Schemas["Agent"] & { "unreachableGroups": string[] };
  "AgentAvailability": { "availability": "online" | "away" | "offline"; "until"?: string | null | undefined; "for"?: string | undefined };
  "Queue": { "depth": number; "unassigned": number; "oldestUnassignedAt": string | null; "oldestAwaitingSince": string | null; "id": string; "group": string | null; "byPriority": ({ "depth": number; "unassigned": number; "oldestUnassignedAt": string | null; "oldestAwaitingSince": string | null; "priority": "urgent" | "high" | "normal" | "low" })[]; "byTier": ({ "depth": number; "unassigned": number; "oldestUnassignedAt": string | null; "oldestAwaitingSince": string | null; "tier": string | null })[]; "recordedAt": string | null };
  "Delivery": { "id": string; "group": string; "state": "parked" | "uncertain"; "lane": string; "kind": string; "ticket": string | null; "ref": string | null; "attempts": number; "code": string; "at": string };
  "ReconciliationRun": { "at": string; "groups": string[]; "findings": ({ "kind": "group.unreachable" | "config.ahead" | "record.differs" | "record.tickets_differ" | "webhook.drifted" | "webhook.secret_differs" | "signing.root_changed" | "webhook.deaf" | "webhook.errors" | "webhook.backlog" | "webhook.unknown" | "updates.missing" | "bot.changed" | "echoes.missing" | "echoes.foreign" | "topics.lost" | "cards.lost" | "group.gone" | "group.left_over" | "group.not_a_forum" | "group.rights_missing"; "mended": boolean; "details": Record<string, unknown> })[] };
  "DrainedUpdates": { "taken": { "accepted": number; "duplicate": number; "ignored": number; "setAside": number }; "stopped": "config.missing" | "group.full" | "group.unreachable" | "record.unreachable" | "telegram.unreachable" | "limit.reached" | null; "waiting": number | null; "webhook": { "url": string; "set": boolean } };
  "DeskAddress": { "url": string | null; "since": string | null; "updates": { "url": string; "since": string | null } | null; "bot": { "id": number } };
  "DeskMoved": Schemas["DeskAddress"] & { "webhook": Schemas["WebhookSet"] };
  "WebhookSet": { "url": string; "set": boolean; "secret": "TELEGRAM_SECRET_NEXT" | "TELEGRAM_SECRET" | "WEBHOOK_SECRET" | null };
  "DeskAddressChange": { "url": string };
  "RoutingSimulation": { "queue": string; "group": string; "priority": "urgent" | "high" | "normal" | "low"; "priorityScore": number; "requireSkills": Record<string, number>; "assignee": { "id": number; "name": string } | null; "reason": string[]; "rules": number[]; "stage": Schemas["RoutingStage"]; "candidates": Schemas["RoutingCandidate"][]; "unmet": string[]; "skills": ({ "group": string; "asOf": string | null; "why": string | null })[]; "next": { "at": string; "what": string } | null };
  "RoutingStage": { "kind": "strict" | "relaxed" | "override"; "levels"?: number | undefined };
  "RoutingCandidate": { "agent": { "id": number; "name": string }; "eligible": boolean; "score": number | null; "parts": { "preferredAgent": number; "preferredSkills": number; "history": number; "spareCapacity": number }; "why": string[] };
  "RoutingQuestion": { "ticket": { "tier"?: string | null | undefined; "segment"?: string | null | undefined; "category"?: string | null | undefined; "urgency"?: string | null | undefined; "language"?: string | null | undefined; "payload"?: string | null | undefined; "attributes"?: Record<string, string | number | boolean> | undefined; "priorityScore"?: number | null | undefined; "waitedFor"?: string | undefined; "queue"?: string | null | undefined; "declined"?: number[] | undefined }; "agents"?: ({ "id": number; "availability"?: "online" | "away" | "offline" | undefined; "open"?: number | undefined; "lastAssigned"?: string | null | undefined; "handledBefore"?: boolean | undefined; "servedTiers"?: string[] | undefined })[] | undefined; "enrichment"?: ("timeout" | "error") | Record<string, unknown> | null | undefined; "now"?: string | undefined; "group"?: string | null | undefined; "config"?: Record<string, unknown> | undefined };
  "RoutingReplay": { "tickets": number; "changed": number; "assignmentsChanged": number; "queueShares": { "before": Record<string, number>; "after": Record<string, number> }; "priorities": { "before": Record<string, number>; "after": Record<string, number> }; "expectedFirstResponseBreaches": { "before": number; "after": number }; "skills": { "before": ({ "group": string; "asOf": string | null; "why": string | null })[]; "after": ({ "group": string; "asOf": string | null; "why": string | null })[] }; "examples": { "ref": string; "openedAt": string; "before": Schemas["ReplayedTicket"]; "after": Schemas["ReplayedTicket"] }[] };
  "ReplayedTicket": { "queue": string; "priority": "urgent" | "high" | "normal" | "low"; "assignee": { "id": number; "name": string } | null; "assignedAt": string | null; "firstResponseBreached": boolean };
  "RoutingReplayQuestion": { "since": string; "until": string; "config": Record<string, unknown>; "group"?: string | undefined };
  "TicketRouting": { "ref": string; "at": string; "facts": { "tier": string | null; "segment": string | null; "category": string | null; "urgency": string | null; "language": string | null; "payload": string | null; "attributes": Record<string, string | number | boolean> }; "says": { "queue": string; "priority": "urgent" | "high" | "normal" | "low" | null; "requireSkills": Record<string, number>; "rules": number[]; "words": string[] }; "queue": string; "assignment": "auto" | "claim"; "priority": "urgent" | "high" | "normal" | "low"; "assignee": { "id": number; "name": string } | null; "requireSkills": Record<string, number>; "waiting": { "since": string; "stage": Schemas["RoutingStage"]; "place": { "position": number; "of": number } | null; "candidates": Schemas["RoutingCandidate"][]; "unmet": string[] } | null; "next": { "at": string; "what": string } | null; "past": ({ "n": number; "at": string; "notedAt": string | null; "type": string; "by": Record<string, unknown>; "data": Record<string, unknown> })[] };
  "SlaAnswer": ({ "due": string | null; "segments": Schemas["SlaSegment"][]; "truncated": boolean }) | { "elapsedSeconds": number; "segments": Schemas["SlaSegment"][]; "truncated": boolean } | { "at": string } | ({ "open": boolean; "opens": string | null; "closes": string | null });
  "SlaSegment": { "from": string; "to": string | null; "kind": "counted" | "closed" | "paused" | "holiday"; "reason": string };
  "SlaQuestion": ({ "calendar": string | ({ "id"?: string | undefined; "timeZone": string; "weekly": { "mon"?: string[] | undefined; "tue"?: string[] | undefined; "wed"?: string[] | undefined; "thu"?: string[] | undefined; "fri"?: string[] | undefined; "sat"?: string[] | undefined; "sun"?: string[] | undefined }; "holidays"?: { "date": string; "name": string }[] | undefined; "overrides"?: ({ "date": string; "hours": string[]; "name"?: string | undefined })[] | undefined }); "since": string; "add": string | number; "pauses"?: ({ "from": string; "to": string | null })[] | undefined }) | ({ "calendar": string | ({ "id"?: string | undefined; "timeZone": string; "weekly": { "mon"?: string[] | undefined; "tue"?: string[] | undefined; "wed"?: string[] | undefined; "thu"?: string[] | undefined; "fri"?: string[] | undefined; "sat"?: string[] | undefined; "sun"?: string[] | undefined }; "holidays"?: { "date": string; "name": string }[] | undefined; "overrides"?: ({ "date": string; "hours": string[]; "name"?: string | undefined })[] | undefined }); "since": string; "until": string; "pauses"?: ({ "from": string; "to": string | null })[] | undefined }) | ({ "calendar": string | ({ "id"?: string | undefined; "timeZone": string; "weekly": { "mon"?: string[] | undefined; "tue"?: string[] | undefined; "wed"?: string[] | undefined; "thu"?: string[] | undefined; "fri"?: string[] | undefined; "sat"?: string[] | undefined; "sun"?: string[] | undefined }; "holidays"?: { "date": string; "name": string }[] | undefined; "overrides"?: ({ "date": string; "hours": string[]; "name"?: string | undefined })[] | undefined }); "due": string; "before": string | number; "clock"?: "business" | "wall" | undefined; "pauses"?: ({ "from": string; "to": string | null })[] | undefined }) | ({ "calendar": string | ({ "id"?: string | undefined; "timeZone": string; "weekly": { "mon"?: string[] | undefined; "tue"?: string[] | undefined; "wed"?: string[] | undefined; "thu"?: string[] | undefined; "fri"?: string[] | undefined; "sat"?: string[] | undefined; "sun"?: string[] | undefined }; "holidays"?: { "date": string; "name": string }[] | undefined; "overrides"?: ({ "date": string; "hours": string[]; "name"?: string | undefined })[] | undefined }); "at": string });
  "TicketSla": { "ref": string; "at": string; "policy": { "id": string; "calendar": string; "timeZone": string; "escalation": string | null } | null; "clocks": ({ "metric": "firstResponse" | "nextResponse" | "resolution"; "instance": number; "state": "healthy" | "at_risk" | "breached" | "met" | "met_late"; "startedAt": string; "targetSeconds": number; "dueAt": string | null; "endedAt": string | null; "elapsedSeconds": number; "pausedBecause": string | null; "segments": Schemas["SlaSegment"][]; "truncated": boolean })[]; "escalations": { "past": ({ "n": number; "type": string; "at": string; "notedAt": string | null; "data": Record<string, unknown> })[]; "planned": ({ "metric": "firstResponse" | "nextResponse" | "resolution"; "instance": number; "moment": "warning" | "breach" | "overdue"; "offsetSeconds": number; "clock": "business" | "wall"; "dueAt": string; "at": string; "step": number | null; "actions": Record<string, unknown>[] })[] } };
  "SlaSweep": { "at": string; "groups": { "group": string; "tickets": number; "steps": number }[]; "tickets": number; "steps": number; "unreachableGroups": string[] };
  "Escalation": { "ticket": { "ref": string; "group": string; "queue": string; "status": string; "priority": string; "assignee": { "id": number; "name": string } | null }; "n": number; "at": string; "notedAt": string | null; "by": { "kind": string; "id"?: number | string | undefined; "name"?: string | undefined; "rule"?: string | undefined }; "act": "notify" | "note" | "reassign" | "priority" | "status" | "webhook" | "manual"; "action": Record<string, unknown> | null; "result": "done" | "held" | "nobody" | "unchanged"; "agents": { "id": number; "name": string }[]; "policy": string | null; "step": number | null; "metric": "firstResponse" | "nextResponse" | "resolution" | null; "instance": number | null; "moment": "warning" | "breach" | "overdue" | null; "dueAt": string | null; "note": string | null };
  "EnrichmentAudit": { "since": string; "until": string; "asked": number; "cached": number; "answered": number; "failed": { "code": string; "count": number }[]; "failureRate": number | null; "stale": number; "staleRate": number | null; "dated": number; "meanAgeSeconds": number | null; "unfit": number; "latencyMs": { "median": number | null; "p95": number | null; "max": number | null }; "corrected": number; "disagreementRate": number | null };
  "WebhookEndpoint": { "id": string; "url": string; "events": string[]; "status": "active" | "disabled"; "disabledAt": string | null; "waiting": number; "dead": number; "unreachableGroups": string[] };
  "WebhookDelivery": { "id": string; "group": string; "type": string; "state": "delivered" | "waiting" | "dead"; "at": string; "attempts": number; "code": string | null; "deliveredAt": string | null; "nextTryAt": string | null };
  "WebhookReplay": { "ids"?: string[] | undefined; "since"?: string | undefined; "until"?: string | undefined };
  "WebhookSecret": { "id": string; "secret": string; "previous": { "secret": string; "until": string } | null };
  "WebhookRotation": { "overlap"?: string | undefined };
  "ApiKey": { "id": string; "name": string; "scopes": Schemas["Scope"][]; "callsPerMinute": number; "status": "active" | "expired" | "revoked"; "createdAt": string; "createdBy": string; "expiresAt": string | null; "rotatedAt": string | null; "previousSecretUntil": string | null; "revokedAt": string | null; "revokedBy": string | null; "lastUsedAt": string | null };
  /** `tickets:read`: Tickets, their events, clocks and routing; deliveries that need someone; `tickets:write`: Acting on tickets and deliveries; `contacts:read`: What is known of customers; `contacts:write`: Changing and erasing what is known of customers; `config:read`: The configuration and its history; rehearsals; `config:write`: Changing the configuration; `metrics:read`: Figures, and the details of the desk's health; `audit:read`: Who changed what, when and from where; `admin`: Everything, API keys and signing secrets included */
  "Scope": "tickets:read" | "tickets:write" | "contacts:read" | "contacts:write" | "config:read" | "config:write" | "metrics:read" | "audit:read" | "admin";
  "ApiKeyWithSecret": Schemas["ApiKey"] & { "key": string };
  "NewApiKey": { "name": string; "scopes": Schemas["Scope"][]; "callsPerMinute"?: number | undefined; "expiresAt"?: string | null | undefined };
  "ApiKeyRotation": { "overlap"?: string | undefined };
  "AuditEntry": { "id": string; "at": string; "action": string; "by": { "kind": "customer" | "agent" | "key" | "system"; "id": string | null; "name": string | null }; "target": { "kind": "config" | "key" | "contact" | "ticket" | "desk" | "agent" | "webhook" | "delivery" | "group"; "id": string; "ref": string | null }; "from": Record<string, unknown> | null; "to": Record<string, unknown> | null; "data": Record<string, unknown>; "origin": { "network": string | null; "userAgent": string | null } | null };
  "ContactDetails": { "contact": number; "displayName": string | null; "email": string | null; "phone": string | null; "notes": string | null; "blocked": { "since": string | null; "by": string | null } | null; "merged": { "into": number; "at": string | null; "by": string | null } | null; "together": number[]; "version": number };
  /** Null takes back; what is left out stays */
  "ContactDetailsChange": { "displayName"?: string | null | undefined; "email"?: string | null | undefined; "phone"?: string | null | undefined; "notes"?: string | null | undefined };
  "ContactMerge": { "into": number };
  "ContactExport": { "exportedAt": string; "contacts": unknown[] };
  "ErasurePreview": { "contacts": number[]; "held": ({ "kind": "contact" | "ticket"; "id": string; "reason": string })[]; "record": { "contacts": number; "details": number; "homes": number; "tickets": number; "events": number; "audit": number }; "groups": { "group": string; "tickets": string[]; "ticketCount": number; "activeTickets": number; "topics": number; "messages": number; "deliveries": number }[]; "unreachableGroups": string[]; "beyondReach": string[] };
  "Erasure": { "id": string; "state": "running" | "done"; "pseudonym": string; "requestedAt": string; "requestedBy": string; "doneAt": string | null; "removed": Schemas["ErasureRemoved"]; "beyondReach": string[] };
  "ErasureRemoved": { "objects": { "customers": number; "tickets": number; "events": number; "messages": number; "deliveries": number; "other": number }; "record": { "contacts": number; "details": number; "homes": number; "tickets": number; "events": number; "audit": number }; "topics": { "asked": number; "deleted": number; "renamed": number; "left": { "group": string; "topicId": number; "code": string }[] } };
  "LegalHold": { "kind": "contact" | "ticket"; "id": string; "since": string; "by": string; "reason": string };
  "LegalHoldReason": { "reason": string };
  "RetentionRun": { "startedAt": string; "endedAt": string | null; "left": string[]; "removed": Schemas["RetentionRemoved"]; "unreachableGroups": string[] };
  "RetentionRemoved": { "tickets": number; "events": number; "audit": number; "webhookLogs": number; "enrichment": number; "objectTickets": number };
  "Metrics": { "since": string; "until": string; "recordedAt": string | null; "total": Schemas["Figures"]; "groupBy": "day" | "group" | "queue" | "tier" | "agent" | null; "timeZone": string; "groups": ({ "key": string | null; "figures": Schemas["Figures"] })[]; "groupsOmitted": number; "deliveries": { "waiting": number; "parked": number; "setAside": number; "unrecorded": number; "unreachableGroups": string[] } };
  "Figures": { "opened": number; "answers": number; "resolved": number; "closed": number; "reopened": number; "kept": { "firstResponse": number; "nextResponse": number; "resolution": number }; "missed": { "firstResponse": number; "nextResponse": number; "resolution": number }; "breaches": { "firstResponse": number; "nextResponse": number; "resolution": number }; "escalations": { "actions": number; "byHand": number }; "times": { "firstResponse": { "wall": Schemas["Spread"]; "business": Schemas["Spread"] }; "nextResponse": { "wall": Schemas["Spread"]; "business": Schemas["Spread"] }; "resolution": { "wall": Schemas["Spread"]; "business": Schemas["Spread"] } }; "backlog": { "open": number; "in_progress": number; "escalated": number; "waiting": number; "resolved": number } | null };
  /** Exact percentiles by nearest rank, in ms; null where nothing was measured */
  "Spread": { "count": number; "medianMs": number | null; "p90Ms": number | null };
  "WebhookOfTicket": { "type": "ticket.opened" | "ticket.assigned" | "ticket.unassigned" | "ticket.customer_replied" | "ticket.answered" | "ticket.transferred" | "ticket.escalated" | "ticket.resolved" | "ticket.closed" | "ticket.reopened" | "ticket.priority_changed" | "ticket.tags_changed" | "ticket.fields_changed" | "ticket.noted" | "ticket.enriched" | "sla.warned" | "sla.breached" | "customer.unreachable" | "customer.reachable" | "delivery.failed"; "timestamp": string; "data": { "ticket": Schemas["WebhookTicket"]; "by": { "kind": "customer" | "agent" | "key" | "system"; "id"?: number | string | undefined; "name"?: string | undefined; "rule"?: string | undefined }; "change": Record<string, unknown>; "note"?: string | undefined } };
  /** How the ticket stands after what happened */
  "WebhookTicket": { "id": string; "ref": string; "group": string; "status": "open" | "in_progress" | "escalated" | "waiting" | "resolved" | "closed"; "priority": "urgent" | "high" | "normal" | "low"; "queue": string; "tier": string | null; "assignee": { "id": number; "name": string } | null; "customer": { "id": number }; "due": Schemas["Due"]; "subject"?: string | undefined };
  "WebhookOfEscalation": { "type": "ticket.escalated"; "timestamp": string; "data": { "ticket": Schemas["WebhookTicket"]; "escalation": { "policy": string; "step": number; "metric": "firstResponse" | "nextResponse" | "resolution"; "instance": number; "moment": "warning" | "breach" | "overdue"; "offsetMs": number; "clock": "business" | "wall"; "dueAt": string; "late": boolean } } };
  "WebhookOfMessage": { "type": "message.received" | "message.sent"; "timestamp": string; "data": { "ticket": Schemas["WebhookTicket"]; "message": { "from": "customer" | "agent" | "program"; "writer": number | string; "messageId": number | null; "kind": string; "album": string | null; "sentAt": string; "text"?: string | null | undefined } } };
  "WebhookOfQueueDepth": { "type": "queue.depth_exceeded" | "queue.depth_recovered"; "timestamp": string; "data": { "group": string; "queue": string; "unassigned": number; "limit": number } };
  "WebhookPing": { "type": "ping"; "timestamp": string; "data": { "webhook": string } };
}

/** Where there is nothing to say. */
export type Nothing = Record<never, never>;

/** Every operation: where its parameters stand, what it takes, what it answers when all is well. */
export interface Operations {
  /** What the desk waits for; details with the scope `metrics:read` */
  "GET /healthz": {
    path: Nothing;
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["Health"];
  };
  /** Gets the JSON Schema of a configuration, for editors */
  "GET /api/v1/config/schema.json": {
    path: Nothing;
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Record<string, unknown>;
  };
  /** Gets the configuration in force, as it was stored */
  "GET /api/v1/config": {
    path: Nothing;
    query: Nothing;
    headers: { "If-None-Match"?: string | undefined };
    body: undefined;
    answer: Schemas["Config"];
  };
  /** Replaces the whole configuration; every group follows at once */
  "PUT /api/v1/config": {
    path: Nothing;
    query: { "dryRun"?: "0" | "1" | "true" | "false" | undefined; "note"?: string | undefined; "reassign"?: string | undefined };
    headers: { "Idempotency-Key"?: string | undefined; "If-Match"?: string | undefined; "If-None-Match"?: string | undefined };
    body: Schemas["Config"];
    answer: Schemas["ConfigChanged"] | Schemas["ConfigDryRun"];
  };
  /** Lists all versions of the configuration, newest first */
  "GET /api/v1/config/versions": {
    path: Nothing;
    query: { "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["ConfigVersion"][]; "nextCursor": string | null };
  };
  /** Gets one version with its document */
  "GET /api/v1/config/versions/{version}": {
    path: { "version": number };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["ConfigVersionWithDocument"];
  };
  /** Compares two versions */
  "GET /api/v1/config/diff": {
    path: Nothing;
    query: { "from": number; "to"?: number | undefined };
    headers: Nothing;
    body: undefined;
    answer: Schemas["ConfigVersionDiff"];
  };
  /** Restores an earlier version, as a new one */
  "POST /api/v1/config/rollback": {
    path: Nothing;
    query: { "reassign"?: string | undefined };
    headers: { "Idempotency-Key"?: string | undefined; "If-Match"?: string | undefined };
    body: Schemas["ConfigRollback"];
    answer: Schemas["ConfigChanged"];
  };
  /** Gets one section of the configuration in force */
  "GET /api/v1/config/{section}": {
    path: { "section": "desk" | "groups" | "tiers" | "queues" | "agents" | "calendars" | "slaPolicies" | "escalationPolicies" | "routing" | "intake" | "webhooks" | "retention" };
    query: Nothing;
    headers: { "If-None-Match"?: string | undefined };
    body: undefined;
    answer: unknown;
  };
  /** Replaces one section; the whole document is checked and gets a new version */
  "PUT /api/v1/config/{section}": {
    path: { "section": "desk" | "groups" | "tiers" | "queues" | "agents" | "calendars" | "slaPolicies" | "escalationPolicies" | "routing" | "intake" | "webhooks" | "retention" };
    query: { "dryRun"?: "0" | "1" | "true" | "false" | undefined; "note"?: string | undefined; "reassign"?: string | undefined };
    headers: { "Idempotency-Key"?: string | undefined; "If-Match"?: string | undefined };
    body: unknown;
    answer: Schemas["ConfigChanged"] | Schemas["ConfigDryRun"];
  };
  /** Gets one item of a section of the configuration in force */
  "GET /api/v1/config/{section}/{id}": {
    path: { "section": "desk" | "groups" | "tiers" | "queues" | "agents" | "calendars" | "slaPolicies" | "escalationPolicies" | "routing" | "intake" | "webhooks" | "retention"; "id": string };
    query: Nothing;
    headers: { "If-None-Match"?: string | undefined };
    body: undefined;
    answer: unknown;
  };
  /** Creates or replaces one item of a section */
  "PUT /api/v1/config/{section}/{id}": {
    path: { "section": "desk" | "groups" | "tiers" | "queues" | "agents" | "calendars" | "slaPolicies" | "escalationPolicies" | "routing" | "intake" | "webhooks" | "retention"; "id": string };
    query: { "dryRun"?: "0" | "1" | "true" | "false" | undefined; "note"?: string | undefined; "reassign"?: string | undefined };
    headers: { "Idempotency-Key"?: string | undefined; "If-Match"?: string | undefined };
    body: unknown;
    answer: Schemas["ConfigChanged"] | Schemas["ConfigDryRun"];
  };
  /** Deletes one item of a section; refused while something else refers to it */
  "DELETE /api/v1/config/{section}/{id}": {
    path: { "section": "desk" | "groups" | "tiers" | "queues" | "agents" | "calendars" | "slaPolicies" | "escalationPolicies" | "routing" | "intake" | "webhooks" | "retention"; "id": string };
    query: { "dryRun"?: "0" | "1" | "true" | "false" | undefined; "note"?: string | undefined; "reassign"?: string | undefined };
    headers: { "Idempotency-Key"?: string | undefined; "If-Match"?: string | undefined };
    body: undefined;
    answer: Schemas["ConfigChanged"] | Schemas["ConfigDryRun"];
  };
  /** Lists, filters and searches tickets, newest first */
  "GET /api/v1/tickets": {
    path: Nothing;
    query: { "q"?: string | undefined; "status"?: ("open" | "in_progress" | "escalated" | "waiting" | "resolved" | "closed")[] | undefined; "priority"?: ("urgent" | "high" | "normal" | "low")[] | undefined; "group"?: string | undefined; "queue"?: string | undefined; "tier"?: string | undefined; "assignee"?: string | undefined; "customer"?: number | undefined; "tag"?: string[] | undefined; "field"?: string[] | undefined; "payload"?: string | undefined; "followUpOf"?: string | undefined; "unreachable"?: "true" | "false" | undefined; "breached"?: "true" | "false" | undefined; "openedAfter"?: string | undefined; "openedBefore"?: string | undefined; "since"?: string | undefined; "until"?: string | undefined; "changedAfter"?: string | undefined; "changedBefore"?: string | undefined; "dueAfter"?: string | undefined; "dueBefore"?: string | undefined; "nextChangeAfter"?: string | undefined; "nextChangeBefore"?: string | undefined; "sort"?: "-openedAt" | "openedAt" | "-changedAt" | "changedAt" | "-due" | "due" | "-nextChangeAt" | "nextChangeAt" | "-priority" | "priority" | "-dueAt" | "dueAt" | undefined; "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["Ticket"][]; "nextCursor": string | null };
  };
  /** Opens a ticket for a customer */
  "POST /api/v1/tickets": {
    path: Nothing;
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: Schemas["TicketOrder"];
    answer: Schemas["OpenedTicket"];
  };
  /** Gets a ticket with its first events */
  "GET /api/v1/tickets/{ref}": {
    path: { "ref": string };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["TicketWithEvents"];
  };
  /** Lists the events of a ticket, oldest first */
  "GET /api/v1/tickets/{ref}/events": {
    path: { "ref": string };
    query: { "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["TicketEvent"][]; "nextCursor": string | null };
  };
  /** Runs a command on a ticket, as an agent would in its topic */
  "POST /api/v1/tickets/{ref}/commands": {
    path: { "ref": string };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: Schemas["TicketCommand"];
    answer: Schemas["CommandDone"];
  };
  /** Lists the events of all tickets since a cursor */
  "GET /api/v1/events": {
    path: Nothing;
    query: { "after"?: string | undefined; "type"?: ("ticket_opened" | "ticket_routed" | "enrichment_answered" | "enrichment_failed" | "ticket_claimed" | "ticket_unclaimed" | "ticket_assigned" | "assignment_declined" | "assignment_ignored" | "ticket_transferred" | "ticket_arrived" | "ticket_answered" | "customer_replied" | "ticket_escalated" | "ticket_resolved" | "ticket_closed" | "ticket_reopened" | "priority_changed" | "tags_changed" | "field_answered" | "intake_released" | "note_added" | "sla_warned" | "sla_breached" | "sla_overdue" | "escalation_taken" | "escalation_notices_merged" | "reminder_set" | "reminder_cleared" | "reminder_due" | "customer_unreachable" | "customer_reachable" | "topic_created" | "topic_lost" | "delivery_failed" | "delivery_uncertain")[] | undefined; "group"?: string | undefined; "limit"?: number | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["FeedEvent"][]; "nextCursor": string; "more": boolean };
  };
  /** Lists, filters and searches contacts, newest first */
  "GET /api/v1/contacts": {
    path: Nothing;
    query: { "q"?: string | undefined; "group"?: string | undefined; "unreachable"?: "true" | "false" | undefined; "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["Contact"][]; "nextCursor": string | null };
  };
  /** Gets a contact with their newest tickets */
  "GET /api/v1/contacts/{id}": {
    path: { "id": number };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["ContactWithTickets"];
  };
  /** Lists agents with their availability and tickets in hand */
  "GET /api/v1/agents": {
    path: Nothing;
    query: { "group"?: string | undefined; "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["Agent"][]; "nextCursor": string | null; "unreachableGroups": string[] };
  };
  /** Gets an agent's availability and tickets in hand */
  "GET /api/v1/agents/{id}": {
    path: { "id": number };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["AgentAlone"];
  };
  /** Sets an agent's availability, as /online, /away and /offline do */
  "PUT /api/v1/agents/{id}/availability": {
    path: { "id": number };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: Schemas["AgentAvailability"];
    answer: Schemas["AgentAlone"];
  };
  /** Lists queues: how deep they are, what waits, and since when */
  "GET /api/v1/queues": {
    path: Nothing;
    query: { "group"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["Queue"][]; "complete": boolean; "at": string };
  };
  /** Lists deliveries that failed and need a decision, group by group, oldest first */
  "GET /api/v1/outbox": {
    path: Nothing;
    query: { "state"?: "parked" | "uncertain" | undefined; "group"?: string | undefined; "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["Delivery"][]; "nextCursor": string | null; "unreachableGroups": string[] };
  };
  /** Retries a delivery */
  "POST /api/v1/outbox/{id}/replay": {
    path: { "id": string };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: { "id": string; "status": "replayed" };
  };
  /** Rebuilds the record of a group from its object */
  "POST /api/v1/groups/{id}/reproject": {
    path: { "id": string };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: { "group": string; "tickets": number };
  };
  /** Lists the last runs of the reconciliation: what was found and mended */
  "GET /api/v1/reconciliation": {
    path: Nothing;
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["ReconciliationRun"][] };
  };
  /** Runs the reconciliation now */
  "POST /api/v1/reconciliation": {
    path: Nothing;
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: Schemas["ReconciliationRun"];
  };
  /** Fetches the updates that Telegram cannot deliver (emergency) */
  "POST /api/v1/reconciliation/drain": {
    path: Nothing;
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: { "confirm": "drain" };
    answer: Schemas["DrainedUpdates"];
  };
  /** Gets the desk's own address, and where updates come */
  "GET /api/v1/desk/address": {
    path: Nothing;
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["DeskAddress"];
  };
  /** Sets the desk's own address, and leads Telegram's updates there */
  "PUT /api/v1/desk/address": {
    path: Nothing;
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: Schemas["DeskAddressChange"];
    answer: Schemas["DeskMoved"];
  };
  /** Sets Telegram's webhook again: to the desk's address, with the desk's present secret */
  "POST /api/v1/reconciliation/webhook": {
    path: Nothing;
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: Schemas["WebhookSet"];
  };
  /** Simulates who would get a ticket, and why; changes nothing */
  "POST /api/v1/routing/simulate": {
    path: Nothing;
    query: Nothing;
    headers: Nothing;
    body: Schemas["RoutingQuestion"];
    answer: Schemas["RoutingSimulation"];
  };
  /** Runs a draft configuration over the recorded tickets of a period, and compares; changes nothing */
  "POST /api/v1/routing/replay": {
    path: Nothing;
    query: Nothing;
    headers: Nothing;
    body: Schemas["RoutingReplayQuestion"];
    answer: Schemas["RoutingReplay"];
  };
  /** Explains the routing of a ticket: how it got where it is, who could take it now, and what changes next */
  "GET /api/v1/tickets/{ref}/routing": {
    path: { "ref": string };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["TicketRouting"];
  };
  /** Explains business time: when, how much, how long before, and open or not */
  "POST /api/v1/sla/explain": {
    path: Nothing;
    query: Nothing;
    headers: Nothing;
    body: Schemas["SlaQuestion"];
    answer: Schemas["SlaAnswer"];
  };
  /** Gets every SLA clock of a ticket, with its state, segments and escalations */
  "GET /api/v1/tickets/{ref}/sla": {
    path: { "ref": string };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["TicketSla"];
  };
  /** Runs what is due now, as Cron does each minute */
  "POST /api/v1/sla/sweep": {
    path: Nothing;
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: Schemas["SlaSweep"];
  };
  /** Lists escalations of all tickets, newest first */
  "GET /api/v1/escalations": {
    path: Nothing;
    query: { "group"?: string | undefined; "queue"?: string | undefined; "ticket"?: string | undefined; "assignee"?: number | undefined; "agent"?: number | undefined; "metric"?: "firstResponse" | "nextResponse" | "resolution" | undefined; "policy"?: string | undefined; "act"?: "notify" | "note" | "reassign" | "priority" | "status" | "webhook" | "manual" | undefined; "result"?: "done" | "held" | "nobody" | "unchanged" | undefined; "since"?: string | undefined; "until"?: string | undefined; "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["Escalation"][]; "nextCursor": string | null };
  };
  /** Gets the failures, staleness and disagreements of the enrichment system */
  "GET /api/v1/enrichment/audit": {
    path: Nothing;
    query: { "since"?: string | undefined; "until"?: string | undefined; "group"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: Schemas["EnrichmentAudit"];
  };
  /** Lists webhooks with the state of their deliveries */
  "GET /api/v1/webhooks": {
    path: Nothing;
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["WebhookEndpoint"][]; "events": string[] };
  };
  /** Lists the deliveries to a webhook, group by group, newest first */
  "GET /api/v1/webhooks/{id}/deliveries": {
    path: { "id": string };
    query: { "state"?: "delivered" | "waiting" | "dead" | undefined; "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["WebhookDelivery"][]; "nextCursor": string | null; "unreachableGroups": string[] };
  };
  /** Replays messages that a webhook did not take, by id or by period */
  "POST /api/v1/webhooks/{id}/replay": {
    path: { "id": string };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: Schemas["WebhookReplay"];
    answer: { "replayed": number; "unreachableGroups": string[] };
  };
  /** Sends a webhook a message of the type `ping`, to try it */
  "POST /api/v1/webhooks/{id}/ping": {
    path: { "id": string };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: { "id": string };
  };
  /** Re-enables an endpoint that was disabled by a 410 */
  "POST /api/v1/webhooks/{id}/enable": {
    path: { "id": string };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: { "changed": boolean; "unreachableGroups": string[] };
  };
  /** Gets the signing secret of a webhook */
  "GET /api/v1/webhooks/{id}/secret": {
    path: { "id": string };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["WebhookSecret"];
  };
  /** Rotates the signing secret of a webhook; for a while both sign */
  "POST /api/v1/webhooks/{id}/rotate": {
    path: { "id": string };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: Schemas["WebhookRotation"];
    answer: { "id": string; "secret": string; "previous": { "secret": string; "until": string } | null; "version": number };
  };
  /** Lists API keys, newest first, without their secrets */
  "GET /api/v1/keys": {
    path: Nothing;
    query: { "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["ApiKey"][]; "nextCursor": string | null };
  };
  /** Creates an API key */
  "POST /api/v1/keys": {
    path: Nothing;
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: Schemas["NewApiKey"];
    answer: Schemas["ApiKeyWithSecret"];
  };
  /** Gets an API key, without its secret */
  "GET /api/v1/keys/{id}": {
    path: { "id": string };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["ApiKey"];
  };
  /** Rotates the secret of an API key; for a while both are accepted */
  "POST /api/v1/keys/{id}/rotate": {
    path: { "id": string };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: Schemas["ApiKeyRotation"];
    answer: Schemas["ApiKeyWithSecret"];
  };
  /** Revokes an API key */
  "POST /api/v1/keys/{id}/revoke": {
    path: { "id": string };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: Schemas["ApiKey"];
  };
  /** Lists the audit trail: who changed what, newest first */
  "GET /api/v1/audit": {
    path: Nothing;
    query: { "kind"?: "ticket" | "config" | "key" | "contact" | "hold" | "retention" | "agent" | "webhook" | "delivery" | "group" | "updates" | "desk" | undefined; "action"?: "config.stored" | "config.rolled_back" | "key.created" | "key.rotated" | "key.revoked" | "contact.updated" | "contact.blocked" | "contact.unblocked" | "contact.merged" | "contact.unmerged" | "contact.exported" | "contact.erasure_requested" | "contact.erased" | "hold.set" | "hold.lifted" | "retention.ran" | "agent.availability_set" | "webhook.replayed" | "webhook.enabled" | "webhook.pinged" | "delivery.replayed" | "group.reprojected" | "updates.drained" | "updates.webhook_set" | "desk.address_set" | "ticket_opened" | "ticket_routed" | "enrichment_answered" | "enrichment_failed" | "ticket_claimed" | "ticket_unclaimed" | "ticket_assigned" | "assignment_declined" | "assignment_ignored" | "ticket_transferred" | "ticket_arrived" | "ticket_answered" | "customer_replied" | "ticket_escalated" | "ticket_resolved" | "ticket_closed" | "ticket_reopened" | "priority_changed" | "tags_changed" | "field_answered" | "intake_released" | "note_added" | "sla_warned" | "sla_breached" | "sla_overdue" | "escalation_taken" | "escalation_notices_merged" | "reminder_set" | "reminder_cleared" | "reminder_due" | "customer_unreachable" | "customer_reachable" | "topic_created" | "topic_lost" | "delivery_failed" | "delivery_uncertain" | undefined; "actor"?: string | undefined; "targetKind"?: "config" | "key" | "contact" | "ticket" | "desk" | "agent" | "webhook" | "delivery" | "group" | undefined; "target"?: string | undefined; "since"?: string | undefined; "until"?: string | undefined; "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["AuditEntry"][]; "nextCursor": string | null };
  };
  /** Exports the audit trail as a file, one entry a line */
  "GET /api/v1/audit/export": {
    path: Nothing;
    query: { "kind"?: "ticket" | "config" | "key" | "contact" | "hold" | "retention" | "agent" | "webhook" | "delivery" | "group" | "updates" | "desk" | undefined; "action"?: "config.stored" | "config.rolled_back" | "key.created" | "key.rotated" | "key.revoked" | "contact.updated" | "contact.blocked" | "contact.unblocked" | "contact.merged" | "contact.unmerged" | "contact.exported" | "contact.erasure_requested" | "contact.erased" | "hold.set" | "hold.lifted" | "retention.ran" | "agent.availability_set" | "webhook.replayed" | "webhook.enabled" | "webhook.pinged" | "delivery.replayed" | "group.reprojected" | "updates.drained" | "updates.webhook_set" | "desk.address_set" | "ticket_opened" | "ticket_routed" | "enrichment_answered" | "enrichment_failed" | "ticket_claimed" | "ticket_unclaimed" | "ticket_assigned" | "assignment_declined" | "assignment_ignored" | "ticket_transferred" | "ticket_arrived" | "ticket_answered" | "customer_replied" | "ticket_escalated" | "ticket_resolved" | "ticket_closed" | "ticket_reopened" | "priority_changed" | "tags_changed" | "field_answered" | "intake_released" | "note_added" | "sla_warned" | "sla_breached" | "sla_overdue" | "escalation_taken" | "escalation_notices_merged" | "reminder_set" | "reminder_cleared" | "reminder_due" | "customer_unreachable" | "customer_reachable" | "topic_created" | "topic_lost" | "delivery_failed" | "delivery_uncertain" | undefined; "actor"?: string | undefined; "targetKind"?: "config" | "key" | "contact" | "ticket" | "desk" | "agent" | "webhook" | "delivery" | "group" | undefined; "target"?: string | undefined; "since"?: string | undefined; "until"?: string | undefined; "format"?: "ndjson" | "csv" | undefined };
    headers: Nothing;
    body: undefined;
    answer: string;
  };
  /** Gets what the staff noted about a contact */
  "GET /api/v1/contacts/{id}/details": {
    path: { "id": number };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["ContactDetails"];
  };
  /** Updates what the staff noted about a contact */
  "PATCH /api/v1/contacts/{id}/details": {
    path: { "id": number };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: Schemas["ContactDetailsChange"];
    answer: Schemas["ContactDetails"];
  };
  /** Blocks a contact */
  "POST /api/v1/contacts/{id}/block": {
    path: { "id": number };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: Schemas["ContactDetails"];
  };
  /** Unblocks a contact */
  "POST /api/v1/contacts/{id}/unblock": {
    path: { "id": number };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: Schemas["ContactDetails"];
  };
  /** Merges a contact into another one: their tickets are listed together */
  "POST /api/v1/contacts/{id}/merge": {
    path: { "id": number };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: Schemas["ContactMerge"];
    answer: Schemas["ContactDetails"];
  };
  /** Undoes a merge of contacts */
  "POST /api/v1/contacts/{id}/unmerge": {
    path: { "id": number };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: Schemas["ContactDetails"];
  };
  /** Exports everything that the desk knows of a person, as one JSON document */
  "GET /api/v1/contacts/{id}/export": {
    path: { "id": number };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["ContactExport"];
  };
  /** Previews what an erasure of a contact would remove; changes nothing */
  "GET /api/v1/contacts/{id}/erasure": {
    path: { "id": number };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["ErasurePreview"];
  };
  /** Erases a person: every contact of theirs, everywhere, for good */
  "POST /api/v1/contacts/{id}/erase": {
    path: { "id": number };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: Schemas["Erasure"];
  };
  /** Gets the receipt of an erasure: when, and what was removed where */
  "GET /api/v1/erasures/{id}": {
    path: { "id": string };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["Erasure"];
  };
  /** Lists legal holds, longest first */
  "GET /api/v1/legal-holds": {
    path: Nothing;
    query: { "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["LegalHold"][]; "nextCursor": string | null };
  };
  /** Places a legal hold on a contact and all of their tickets */
  "PUT /api/v1/contacts/{id}/legal-hold": {
    path: { "id": number };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: Schemas["LegalHoldReason"];
    answer: Schemas["LegalHold"];
  };
  /** Lifts the legal hold on a contact */
  "DELETE /api/v1/contacts/{id}/legal-hold": {
    path: { "id": number };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: undefined;
  };
  /** Places a legal hold on a ticket; its contact cannot be erased either */
  "PUT /api/v1/tickets/{ref}/legal-hold": {
    path: { "ref": string };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: Schemas["LegalHoldReason"];
    answer: Schemas["LegalHold"];
  };
  /** Lifts the legal hold on a ticket */
  "DELETE /api/v1/tickets/{ref}/legal-hold": {
    path: { "ref": string };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: undefined;
  };
  /** Gets the last run of the retention */
  "GET /api/v1/retention": {
    path: Nothing;
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: { "run": Schemas["RetentionRun"] | null };
  };
  /** Gets volumes, backlog, response times, broken promises and escalations of a period */
  "GET /api/v1/metrics": {
    path: Nothing;
    query: { "since"?: string | undefined; "until"?: string | undefined; "groupBy"?: "day" | "group" | "queue" | "tier" | "agent" | undefined; "group"?: string | undefined; "queue"?: string | undefined; "tier"?: string | undefined; "agent"?: number | undefined };
    headers: Nothing;
    body: undefined;
    answer: Schemas["Metrics"];
  };
}
