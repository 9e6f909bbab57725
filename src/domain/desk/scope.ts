/** What a program may be allowed to do, each with what it opens. */
export const SCOPES = {
  "tickets:read": "Tickets, their events, clocks and routing; deliveries that need someone",
  "tickets:write": "Acting on tickets and deliveries",
  "contacts:read": "What is known of customers",
  "contacts:write": "Changing and erasing what is known of customers",
  "config:read": "The configuration and its history; rehearsals",
  "config:write": "Changing the configuration",
  "metrics:read": "Figures, and the details of the desk's health",
  "audit:read": "Who changed what, when and from where",
  admin: "Everything, API keys and signing secrets included",
} as const;

export type Scope = keyof typeof SCOPES;
export const SCOPE_NAMES = Object.keys(SCOPES) as [Scope, ...Scope[]];

export function isScope(name: string): name is Scope {
  return Object.hasOwn(SCOPES, name);
}

/** The needed scopes that are not granted. `admin` grants all, and a write scope grants reading the same. */
export function missingScopes(granted: readonly Scope[], needed: readonly Scope[]): Scope[] {
  if (granted.includes("admin")) return [];
  return needed.filter(
    (scope) => !granted.includes(scope) && !granted.includes(scope.replace(/:read$/, ":write") as Scope),
  );
}
