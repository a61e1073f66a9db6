import { skeletonOf } from "../protocol/text.ts";

/** Names that would speak for the chat itself rather than for a person. */
const reserved = `
  admin administrator admins all anonymous bot chat deleted deletedaccount deletedperson deleteduser
  everybody everyone group groupchat help here mod moderation moderator moderators mods nobody
  notice operator owner root securechat security server staff support sysadmin system team unknown
  webmaster you`
  .trim()
  .split(/\s+/);
const likenesses = new Set(reserved.map(skeletonOf));

/** Whether nobody may be called that, nor anything that looks like it. */
export const isReserved = (name: string): boolean => likenesses.has(skeletonOf(name));
