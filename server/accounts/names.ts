import { likenessOf } from "../protocol/text.ts";

/** Names that would speak for the chat itself rather than for a person. */
const reserved = [
  "admin",
  "administrator",
  "all",
  "anonymous",
  "chat",
  "deleted",
  "everyone",
  "group",
  "help",
  "here",
  "mod",
  "moderator",
  "nobody",
  "owner",
  "root",
  "secure-chat",
  "security",
  "server",
  "staff",
  "support",
  "system",
];
const likenesses = new Set(reserved.map(likenessOf));

/** Whether nobody may be called that, nor anything that looks like it. */
export const isReserved = (name: string): boolean => likenesses.has(likenessOf(name));
