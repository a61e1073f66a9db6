const trial = "__Host-try";
const attributes = "Path=/; Secure; SameSite=Strict";

/**
 * Whether the browser takes cookies of this origin, without which nobody stays logged in. It is tried, since Chromium says
 * that cookies are enabled also where somebody has blocked them all.
 */
export function takesCookies(page: Pick<Document, "cookie">): boolean {
  try {
    page.cookie = `${trial}=1; ${attributes}`;
    const isTaken = page.cookie.includes(`${trial}=1`);
    page.cookie = `${trial}=; Max-Age=0; ${attributes}`;
    return isTaken;
  } catch {
    return false; // A page that has no origin of its own may not even ask.
  }
}
