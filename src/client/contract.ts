// Made from the contract by `npm run client`; never edited.

/** What the API takes and answers, by the names of the contract. */
export interface Schemas {
  "Config": { "$schema"?: string | undefined; "desk": { "name": string; "locale"?: "en" | undefined; "reopenWithin"?: string | undefined; "autoCloseResolvedAfter"?: string | undefined; "claimOnAnswer"?: boolean | undefined }; "groups": ({ "id": string; "chatId": number; "prefix": string; "leads"?: number[] | undefined })[]; "tiers"?: Record<string, { "score": number; "slaPolicy": string }> | undefined; "queues": ({ "id": string; "group": string; "assignment"?: "claim" | "auto" | undefined; "slaPolicy"?: string | undefined; "depthAlert"?: { "unassigned": number; "cooldown": string } | undefined; "strategy"?: "weighted" | "least_loaded" | "round_robin" | undefined; "weights"?: { "preferredAgent"?: number | undefined; "preferredSkills"?: number | undefined; "history"?: number | undefined; "spareCapacity"?: number | undefined } | undefined; "relaxAfter"?: string[] | undefined; "overrideAfter"?: string | undefined; "answerWithin"?: string | undefined; "requireSkills"?: Record<string, number> | undefined; "preferSkills"?: Record<string, number> | undefined })[]; "agents"?: ({ "telegramId": number; "name": string; "username"?: string | undefined; "role"?: "lead" | "senior" | "agent" | undefined; "groups": string[]; "capacity"?: number | undefined; "shift"?: string | undefined; "skills"?: Record<string, { "level": number; "expiresOn"?: string | undefined }> | undefined })[] | undefined; "calendars"?: ({ "id": string; "timeZone": string; "weekly": Record<string, string[]>; "holidays"?: { "date": string; "name": string }[] | undefined; "overrides"?: ({ "date": string; "hours": string[]; "name"?: string | undefined })[] | undefined })[] | undefined; "slaPolicies"?: ({ "id": string; "calendar": string; "targets": Record<string, { "firstResponse"?: string | undefined; "nextResponse"?: string | undefined; "resolution"?: string | undefined }>; "firstResponseStarts"?: "created" | "claimed" | undefined; "pauseResolutionWhile"?: ("waiting" | "resolved")[] | undefined; "warnings"?: ({ "before": string; "clock"?: "business" | "wall" | undefined })[] | undefined; "escalation"?: string | undefined })[] | undefined; "escalationPolicies"?: ({ "id": string; "cooldown"?: string | undefined; "steps": ({ "at": "warning" | "breach"; "after"?: string | undefined; "clock"?: "business" | "wall" | undefined; "metric"?: "firstResponse" | "nextResponse" | "resolution" | undefined; "actions": (({ "notify": ("assignee" | "lead") | number }) | { "note": "topic" } | ({ "reassign": "senior" | "other" }) | ({ "priority": "urgent" | "high" | "normal" | "low" }) | { "status": "escalated" } | { "webhook": string })[] })[] })[] | undefined; "routing": { "rules"?: ({ "when": { "tier"?: string | undefined; "segment"?: string | undefined; "category"?: string | undefined; "urgency"?: string | undefined; "language"?: string | undefined; "payload"?: string | undefined; "attributes"?: Record<string, string | number | boolean> | undefined; "during"?: string | undefined }; "queue"?: string | undefined; "priority"?: "urgent" | "high" | "normal" | "low" | undefined; "requireSkills"?: Record<string, number> | undefined })[] | undefined; "defaultQueue": string; "defaultTier"?: string | undefined; "fallbackPool"?: string | undefined; "enrichment"?: { "adapter"?: "generic" | "hubspot" | undefined; "url"?: string | undefined; "timeout"?: string | undefined; "cacheFor"?: string | undefined; "staleAfter"?: string | undefined; "shareSubject"?: boolean | undefined; "hubspot"?: { "findBy": { "telegramId"?: string | undefined; "email"?: string | undefined; "phone"?: string | undefined; "username"?: string | undefined }; "tier"?: { "property": string; "values"?: Record<string, string> | undefined } | undefined; "segment"?: { "property": string; "values"?: Record<string, string> | undefined } | undefined; "preferredAgent"?: { "property": string; "values"?: Record<string, number> | undefined } | undefined; "priorityScore"?: { "property": string; "values"?: Record<string, number> | undefined } | undefined; "attributes"?: Record<string, { "property": string; "values"?: Record<string, string | number | boolean> | undefined }> | undefined } | undefined } | undefined; "skills"?: { "url": string; "timeout"?: string | undefined; "cacheFor"?: string | undefined } | undefined; "showReason"?: "assignee" | "group" | undefined }; "intake"?: { "greeting"?: string | undefined; "fields"?: ({ "id": string; "ask": string; "options": { "id": string; "label": string }[]; "required"?: boolean | undefined })[] | undefined; "createTicket"?: "on_first_message" | undefined; "holdFor"?: string | undefined } | undefined; "webhooks"?: { "id": string; "url": string; "events": string[] }[] | undefined; "retention"?: { "closedTickets"?: string | undefined; "events"?: string | undefined } | undefined };
  "Health": { "status": "ok" | "waiting"; "waitingFor": string[]; "configVersion"?: number | undefined; "groups"?: ({ "group": string; "reachable": boolean; "configVersion"?: number | undefined; "waiting"?: { "lane": string; "count": number; "oldestAt": string }[] | undefined; "parked"?: number | undefined; "setAside"?: number | undefined; "unrecorded"?: number | undefined; "breakers"?: { "enrichment": boolean; "skills": boolean } | undefined; "troubles"?: string[] | undefined })[] | undefined };
  "Problem": { "code": Schemas["ProblemCode"]; "title": string; "status": number; "detail"?: string | undefined; "problems"?: { "pointer": string; "message": string }[] | undefined };
  /** Stable; what programs should look at. */
  "ProblemCode": "request.malformed" | "update.malformed" | "auth.missing" | "auth.invalid" | "auth.expired" | "auth.revoked" | "webhook.secret_invalid" | "auth.scope_missing" | "route.not_found" | "config.not_found" | "config.version_not_found" | "ticket.not_found" | "delivery.not_found" | "webhook.not_found" | "key.not_found" | "group.not_found" | "method.not_allowed" | "request.not_acceptable" | "config.conflict" | "key.revoked" | "key.too_many" | "idempotency.running" | "idempotency.answer_lost" | "config.changed" | "request.too_large" | "request.not_json" | "request.invalid" | "idempotency.key_reused" | "config.invalid" | "sla.out_of_reach" | "rate.exceeded" | "internal.error" | "auth.unavailable" | "config.missing" | "group.full" | "group.unreachable" | "record.unreachable";
  "ConfigChanged": { "version": number; "changed": boolean; "diff": Schemas["ConfigDiff"]; "unreachableGroups": string[]; "warnings": { "pointer": string; "message": string }[] };
  /** JSON pointers: `added` and `changed` into the new document, `removed` into the old one. Items of lists are matched by their id. */
  "ConfigDiff": { "added": ({ "pointer": string; "from"?: unknown | undefined; "to"?: unknown | undefined })[]; "removed": ({ "pointer": string; "from"?: unknown | undefined; "to"?: unknown | undefined })[]; "changed": ({ "pointer": string; "from"?: unknown | undefined; "to"?: unknown | undefined })[] };
  "ConfigDryRun": { "version": number; "valid": boolean; "problems": { "pointer": string; "message": string }[]; "warnings": { "pointer": string; "message": string }[]; "diff": Schemas["ConfigDiff"] };
  "ConfigVersion": { "version": number; "createdAt": string; "createdBy": string; "note": string | null; "restoredFrom": number | null };
  "ConfigVersionWithDocument": Schemas["ConfigVersion"] & ({ "document"?: unknown | undefined });
  "ConfigRollback": { "version": number; "note"?: string | undefined };
  "Ticket": { "id": string; "ref": string; "group": string; "number": number; "status": "open" | "in_progress" | "escalated" | "waiting" | "resolved" | "closed"; "priority": "urgent" | "high" | "normal" | "low"; "queue": string; "tier": string | null; "assignee": { "id": number; "name": string } | null; "customer": { "id": number }; "subject": string; "tags": string[]; "fields": Record<string, string>; "openedAt": string; "statusAt": string; "awaitingSince": string | null; "firstAnsweredAt": string | null; "resolvedAt": string | null; "closedAt": string | null; "dueAt": string | null; "unreachable": "blocked" | "gone" | "never_started" | null; "payload": string | null; "followUpOf": string | null; "topicId": number | null; "reopenings": number; "version": number; "recordedAt": string };
  "TicketWithEvents": Schemas["Ticket"] & ({ "events": { "items": Schemas["TicketEvent"][]; "nextCursor": string | null } });
  "TicketEvent": { "n": number; "at": string; "notedAt": string | null; "type": string; "by": { "kind": "customer" | "agent" | "key" | "system"; "id"?: number | undefined; "name"?: string | undefined; "rule"?: string | undefined }; "from": "open" | "in_progress" | "escalated" | "waiting" | "resolved" | "closed" | null; "to": "open" | "in_progress" | "escalated" | "waiting" | "resolved" | "closed" | null; "note": string | null; "data": Record<string, unknown> };
  "Delivery": { "id": string; "group": string; "state": "parked" | "uncertain"; "lane": string; "kind": string; "ticket": string | null; "attempts": number; "code": string; "at": string };
  "RoutingSimulation": { "queue": string; "group": string; "priority": "urgent" | "high" | "normal" | "low"; "priorityScore": number; "requireSkills": Record<string, number>; "assignee": { "id": number; "name": string } | null; "reason": string[]; "rules": number[]; "stage": Schemas["RoutingStage"]; "candidates": Schemas["RoutingCandidate"][]; "next": { "at": string; "what": string } | null };
  "RoutingStage": { "kind": "strict" | "relaxed" | "override"; "levels"?: number | undefined };
  "RoutingCandidate": { "agent": { "id": number; "name": string }; "eligible": boolean; "score": number | null; "parts": { "preferredAgent": number; "preferredSkills": number; "history": number; "spareCapacity": number }; "why": string[] };
  "RoutingQuestion": { "ticket": { "tier"?: string | null | undefined; "segment"?: string | null | undefined; "category"?: string | null | undefined; "urgency"?: string | null | undefined; "language"?: string | null | undefined; "payload"?: string | null | undefined; "attributes"?: Record<string, string | number | boolean> | undefined; "priorityScore"?: number | null | undefined; "waitedFor"?: string | undefined; "queue"?: string | null | undefined; "declined"?: number[] | undefined }; "agents"?: ({ "id": number; "availability"?: "online" | "away" | "offline" | undefined; "open"?: number | undefined; "lastAssigned"?: string | null | undefined; "handledBefore"?: boolean | undefined })[] | undefined; "enrichment"?: ("timeout" | "error") | Record<string, unknown> | null | undefined; "now"?: string | undefined; "group"?: string | null | undefined; "config"?: Record<string, unknown> | undefined };
  "RoutingReplay": { "tickets": number; "changed": number; "assignmentsChanged": number; "queueShares": { "before": Record<string, number>; "after": Record<string, number> }; "priorities": { "before": Record<string, number>; "after": Record<string, number> }; "expectedFirstResponseBreaches": { "before": number; "after": number }; "examples": { "ref": string; "openedAt": string; "before": Schemas["ReplayedTicket"]; "after": Schemas["ReplayedTicket"] }[] };
  "ReplayedTicket": { "queue": string; "priority": "urgent" | "high" | "normal" | "low"; "assignee": { "id": number; "name": string } | null; "assignedAt": string | null; "firstResponseBreached": boolean };
  "RoutingReplayQuestion": { "from": string; "to": string; "config": Record<string, unknown>; "group"?: string | undefined };
  "TicketRouting": { "ref": string; "at": string; "facts": { "tier": string | null; "segment": string | null; "category": string | null; "urgency": string | null; "language": string | null; "payload": string | null; "attributes": Record<string, string | number | boolean> }; "says": { "queue": string; "priority": "urgent" | "high" | "normal" | "low" | null; "requireSkills": Record<string, number>; "rules": number[]; "words": string[] }; "queue": string; "assignment": "auto" | "claim"; "priority": "urgent" | "high" | "normal" | "low"; "assignee": { "id": number; "name": string } | null; "requireSkills": Record<string, number>; "waiting": { "since": string; "stage": Schemas["RoutingStage"]; "place": { "position": number; "of": number } | null; "candidates": Schemas["RoutingCandidate"][] } | null; "next": { "at": string; "what": string } | null; "past": ({ "n": number; "at": string; "notedAt": string | null; "type": string; "by": Record<string, unknown>; "data": Record<string, unknown> })[] };
  "SlaAnswer": ({ "due": string | null; "segments": Schemas["SlaSegment"][]; "truncated": boolean }) | { "elapsedSeconds": number; "segments": Schemas["SlaSegment"][]; "truncated": boolean } | { "at": string } | ({ "open": boolean; "opens": string | null; "closes": string | null });
  "SlaSegment": { "from": string; "to": string | null; "kind": "counted" | "closed" | "paused" | "holiday"; "reason": string };
  "SlaQuestion": ({ "calendar": string | ({ "id"?: string | undefined; "timeZone": string; "weekly": { "mon"?: string[] | undefined; "tue"?: string[] | undefined; "wed"?: string[] | undefined; "thu"?: string[] | undefined; "fri"?: string[] | undefined; "sat"?: string[] | undefined; "sun"?: string[] | undefined }; "holidays"?: { "date": string; "name": string }[] | undefined; "overrides"?: ({ "date": string; "hours": string[]; "name"?: string | undefined })[] | undefined }); "start": string; "add": string | number; "pauses"?: ({ "from": string; "to": string | null })[] | undefined }) | ({ "calendar": string | ({ "id"?: string | undefined; "timeZone": string; "weekly": { "mon"?: string[] | undefined; "tue"?: string[] | undefined; "wed"?: string[] | undefined; "thu"?: string[] | undefined; "fri"?: string[] | undefined; "sat"?: string[] | undefined; "sun"?: string[] | undefined }; "holidays"?: { "date": string; "name": string }[] | undefined; "overrides"?: ({ "date": string; "hours": string[]; "name"?: string | undefined })[] | undefined }); "start": string; "end": string; "pauses"?: ({ "from": string; "to": string | null })[] | undefined }) | ({ "calendar": string | ({ "id"?: string | undefined; "timeZone": string; "weekly": { "mon"?: string[] | undefined; "tue"?: string[] | undefined; "wed"?: string[] | undefined; "thu"?: string[] | undefined; "fri"?: string[] | undefined; "sat"?: string[] | undefined; "sun"?: string[] | undefined }; "holidays"?: { "date": string; "name": string }[] | undefined; "overrides"?: ({ "date": string; "hours": string[]; "name"?: string | undefined })[] | undefined }); "due": string; "before": string | number; "clock"?: "business" | "wall" | undefined; "pauses"?: ({ "from": string; "to": string | null })[] | undefined }) | ({ "calendar": string | ({ "id"?: string | undefined; "timeZone": string; "weekly": { "mon"?: string[] | undefined; "tue"?: string[] | undefined; "wed"?: string[] | undefined; "thu"?: string[] | undefined; "fri"?: string[] | undefined; "sat"?: string[] | undefined; "sun"?: string[] | undefined }; "holidays"?: { "date": string; "name": string }[] | undefined; "overrides"?: ({ "date": string; "hours": string[]; "name"?: string | undefined })[] | undefined }); "at": string });
  "TicketSla": { "ref": string; "at": string; "policy": { "id": string; "calendar": string; "timeZone": string; "escalation": string | null } | null; "clocks": ({ "metric": "firstResponse" | "nextResponse" | "resolution"; "instance": number; "state": "healthy" | "at_risk" | "breached" | "met" | "met_late"; "startedAt": string; "targetSeconds": number; "dueAt": string | null; "endedAt": string | null; "elapsedSeconds": number; "pausedBecause": string | null; "segments": Schemas["SlaSegment"][]; "truncated": boolean })[]; "escalations": { "past": ({ "n": number; "type": string; "at": string; "notedAt": string | null; "data": Record<string, unknown> })[]; "planned": ({ "metric": "firstResponse" | "nextResponse" | "resolution"; "instance": number; "moment": "warning" | "breach" | "overdue"; "offsetSeconds": number; "clock": "business" | "wall"; "dueAt": string; "at": string; "step": number | null; "actions": Record<string, unknown>[] })[] } };
  "SlaSweep": { "at": string; "groups": { "group": string; "tickets": number; "steps": number }[]; "tickets": number; "steps": number; "unreachableGroups": string[] };
  "Escalation": { "ticket": { "ref": string; "group": string; "queue": string; "status": string; "priority": string; "assignee": { "id": number; "name": string } | null }; "n": number; "at": string; "notedAt": string | null; "by": { "kind": string; "id"?: number | undefined; "name"?: string | undefined; "rule"?: string | undefined }; "act": "notify" | "note" | "reassign" | "priority" | "status" | "webhook" | "manual"; "action": Record<string, unknown> | null; "result": "done" | "held" | "nobody" | "unchanged"; "agents": { "id": number; "name": string }[]; "policy": string | null; "step": number | null; "metric": "firstResponse" | "nextResponse" | "resolution" | null; "instance": number | null; "moment": "warning" | "breach" | "overdue" | null; "dueAt": string | null; "note": string | null };
  "EnrichmentAudit": { "since": string; "until": string; "asked": number; "cached": number; "answered": number; "failed": { "code": string; "count": number }[]; "failureRate": number | null; "stale": number; "staleRate": number | null; "meanAgeSeconds": number | null; "unfit": number; "latencyMs": { "median": number | null; "p95": number | null; "max": number | null }; "corrected": number; "disagreementRate": number | null };
  "ApiKey": { "id": string; "name": string; "scopes": Schemas["Scope"][]; "callsPerMinute": number; "status": "active" | "expired" | "revoked"; "createdAt": string; "createdBy": string; "expiresAt": string | null; "rotatedAt": string | null; "previousSecretUntil": string | null; "revokedAt": string | null; "revokedBy": string | null; "lastUsedAt": string | null };
  /** `tickets:read`: Tickets, their events, clocks and routing; deliveries that need someone; `tickets:write`: Acting on tickets and deliveries; `contacts:read`: What is known of customers; `contacts:write`: Changing and erasing what is known of customers; `config:read`: The configuration and its history; rehearsals; `config:write`: Changing the configuration; `metrics:read`: Figures, and the details of the desk's health; `admin`: Everything, API keys and signing secrets included */
  "Scope": "tickets:read" | "tickets:write" | "contacts:read" | "contacts:write" | "config:read" | "config:write" | "metrics:read" | "admin";
  "ApiKeyWithSecret": Schemas["ApiKey"] & { "key": string };
  "NewApiKey": { "name": string; "scopes": Schemas["Scope"][]; "callsPerMinute"?: number | undefined; "expiresAt"?: string | null | undefined };
  "ApiKeyRotation": { "overlap"?: string | undefined };
  "Metrics": { "since": string; "until": string; "recordedAt": string | null; "total": Schemas["Figures"]; "groupBy": "day" | "group" | "queue" | "tier" | "agent" | null; "groups": ({ "key": string | null; "figures": Schemas["Figures"] })[]; "groupsOmitted": number; "deliveries": { "waiting": number; "parked": number; "setAside": number; "unrecorded": number; "unreachableGroups": string[] } };
  "Figures": { "opened": number; "answers": number; "resolved": number; "closed": number; "reopened": number; "kept": { "firstResponse": number; "nextResponse": number; "resolution": number }; "missed": { "firstResponse": number; "nextResponse": number; "resolution": number }; "breaches": { "firstResponse": number; "nextResponse": number; "resolution": number }; "escalations": { "actions": number; "byHand": number }; "times": { "firstResponse": { "wall": Schemas["Spread"]; "business": Schemas["Spread"] & unknown }; "nextResponse": { "wall": Schemas["Spread"]; "business": Schemas["Spread"] & unknown }; "resolution": { "wall": Schemas["Spread"]; "business": Schemas["Spread"] & unknown } }; "backlog": { "open": number; "in_progress": number; "escalated": number; "waiting": number; "resolved": number } | null };
  /** All time that passed */
  "Spread": { "count": number; "medianMs": number | null; "p90Ms": number | null };
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
  /** The JSON Schema of a configuration, for editors */
  "GET /api/v1/config/schema.json": {
    path: Nothing;
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Record<string, unknown>;
  };
  /** The configuration in force, as it was put */
  "GET /api/v1/config": {
    path: Nothing;
    query: Nothing;
    headers: { "If-None-Match"?: string | undefined };
    body: undefined;
    answer: Schemas["Config"];
  };
  /** Puts the whole configuration; every group follows at once */
  "PUT /api/v1/config": {
    path: Nothing;
    query: { "dryRun"?: "0" | "1" | "true" | "false" | undefined; "note"?: string | undefined };
    headers: { "Idempotency-Key"?: string | undefined; "If-Match"?: string | undefined; "If-None-Match"?: string | undefined };
    body: Schemas["Config"];
    answer: Schemas["ConfigChanged"] | Schemas["ConfigDryRun"];
  };
  /** Every version that ever was in force, newest first */
  "GET /api/v1/config/versions": {
    path: Nothing;
    query: { "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["ConfigVersion"][]; "nextCursor": string | null };
  };
  /** One version with its document */
  "GET /api/v1/config/versions/{version}": {
    path: { "version": number };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["ConfigVersionWithDocument"];
  };
  /** Brings back an earlier version, as a new one */
  "POST /api/v1/config/rollback": {
    path: Nothing;
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined; "If-Match"?: string | undefined };
    body: Schemas["ConfigRollback"];
    answer: Schemas["ConfigChanged"];
  };
  /** Tickets, opened last first */
  "GET /api/v1/tickets": {
    path: Nothing;
    query: { "status"?: ("open" | "in_progress" | "escalated" | "waiting" | "resolved" | "closed")[] | undefined; "group"?: string | undefined; "queue"?: string | undefined; "assignee"?: number | undefined; "customer"?: number | undefined; "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["Ticket"][]; "nextCursor": string | null };
  };
  /** A ticket with its first events */
  "GET /api/v1/tickets/{ref}": {
    path: { "ref": string };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["TicketWithEvents"];
  };
  /** What happened to a ticket, oldest first */
  "GET /api/v1/tickets/{ref}/events": {
    path: { "ref": string };
    query: { "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["TicketEvent"][]; "nextCursor": string | null };
  };
  /** Deliveries that need someone, group by group, oldest first */
  "GET /api/v1/outbox": {
    path: Nothing;
    query: { "state"?: "parked" | "uncertain" | undefined; "group"?: string | undefined; "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["Delivery"][]; "nextCursor": string | null; "unreachableGroups": string[] };
  };
  /** Sends a delivery again */
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
  /** Rehearses who would get a ticket, and why; changes nothing */
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
  /** How a ticket got where it is, who could take it now, and what changes next */
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
  /** Every clock of a ticket, with its state, segments and escalations */
  "GET /api/v1/tickets/{ref}/sla": {
    path: { "ref": string };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["TicketSla"];
  };
  /** Does now what is due, as Cron does each minute */
  "POST /api/v1/sla/sweep": {
    path: Nothing;
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: Schemas["SlaSweep"];
  };
  /** Escalations of all tickets, newest first */
  "GET /api/v1/escalations": {
    path: Nothing;
    query: { "group"?: string | undefined; "queue"?: string | undefined; "ticket"?: string | undefined; "assignee"?: number | undefined; "agent"?: number | undefined; "metric"?: "firstResponse" | "nextResponse" | "resolution" | undefined; "policy"?: string | undefined; "act"?: "notify" | "note" | "reassign" | "priority" | "status" | "webhook" | "manual" | undefined; "result"?: "done" | "held" | "nobody" | "unchanged" | undefined; "since"?: string | undefined; "until"?: string | undefined; "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["Escalation"][]; "nextCursor": string | null };
  };
  /** Failures, staleness and disagreement of the enrichment system */
  "GET /api/v1/enrichment/audit": {
    path: Nothing;
    query: { "since"?: string | undefined; "until"?: string | undefined; "group"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: Schemas["EnrichmentAudit"];
  };
  /** The secret that checks the signature of what an endpoint gets */
  "GET /api/v1/webhooks/{id}/secret": {
    path: { "id": string };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: { "id": string; "secret": string };
  };
  /** API keys, made last first, without their secrets */
  "GET /api/v1/keys": {
    path: Nothing;
    query: { "limit"?: number | undefined; "cursor"?: string | undefined };
    headers: Nothing;
    body: undefined;
    answer: { "items": Schemas["ApiKey"][]; "nextCursor": string | null };
  };
  /** Makes an API key */
  "POST /api/v1/keys": {
    path: Nothing;
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: Schemas["NewApiKey"];
    answer: Schemas["ApiKeyWithSecret"];
  };
  /** An API key, without its secret */
  "GET /api/v1/keys/{id}": {
    path: { "id": string };
    query: Nothing;
    headers: Nothing;
    body: undefined;
    answer: Schemas["ApiKey"];
  };
  /** Gives a key a new secret; for a while both are let in */
  "POST /api/v1/keys/{id}/rotate": {
    path: { "id": string };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: Schemas["ApiKeyRotation"];
    answer: Schemas["ApiKeyWithSecret"];
  };
  /** Ends a key at once, and for good */
  "POST /api/v1/keys/{id}/revoke": {
    path: { "id": string };
    query: Nothing;
    headers: { "Idempotency-Key"?: string | undefined };
    body: undefined;
    answer: Schemas["ApiKey"];
  };
  /** Volumes, backlog, response times, broken promises and escalations of a period */
  "GET /api/v1/metrics": {
    path: Nothing;
    query: { "since"?: string | undefined; "until"?: string | undefined; "groupBy"?: "day" | "group" | "queue" | "tier" | "agent" | undefined; "group"?: string | undefined; "queue"?: string | undefined; "tier"?: string | undefined; "agent"?: number | undefined };
    headers: Nothing;
    body: undefined;
    answer: Schemas["Metrics"];
  };
}
