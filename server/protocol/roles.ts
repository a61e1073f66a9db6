/** From the least to the most: who has a role has all that those before it may. */
export const roles = ["member", "moderator", "admin", "owner"] as const;
export type Role = (typeof roles)[number];

/** Whether an account may be used: a suspension is an admin's, a ban a moderator's. */
export const accountStatuses = ["active", "suspended", "banned"] as const;
export type AccountStatus = (typeof accountStatuses)[number];

/**
 * What people may do, and from which role on. Code, tests and documents all read this table. Where it is done to somebody,
 * it is only to people of a lesser role than one's own.
 */
export const rights = {
  "message.send": "member",
  "message.delete own": "member",
  "message.report": "member",
  "message.delete any": "moderator",
  "message.pin in group": "moderator",
  "message.mention everyone": "moderator",
  "room.manage": "moderator",
  "reports.settle": "moderator",
  "people.see": "moderator",
  "people.mute": "moderator",
  "people.ban": "moderator",
  "people.role": "admin",
  "people.suspend": "admin",
  "people.end sessions": "admin",
  "people.reset": "admin",
  "people.delete": "admin",
  "invites.manage": "admin",
  "audit.read": "admin",
  "settings.change": "admin",
  "settings.access": "owner",
  "ownership.hand over": "owner",
} as const satisfies Record<string, Role>;
export type Right = keyof typeof rights;

const rank = (role: Role): number => roles.indexOf(role);

/** Whether somebody of this role has the right. */
export const may = (role: Role, right: Right): boolean => rank(role) >= rank(rights[right]);

/** Whether somebody of one role stands above somebody of the other, and so may do something to them. */
export const isAbove = (role: Role, other: Role): boolean => rank(role) > rank(other);
