import type { Guard } from "./env.ts";

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // Markup can be made from strings in one place only: where Svelte makes the fixed templates of our components. A thread
  // can be started in one place only as well, from the one file that estimates passwords.
  "require-trusted-types-for 'script'",
  "trusted-types svelte-trusted-html secure-chat-worker",
].join("; ");

const always: Record<string, string> = {
  "Content-Security-Policy": contentSecurityPolicy,
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
};

const local = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * The security headers of an answer to this host. HSTS holds for a host on all its ports, so it is never sent for
 * localhost, where it would force HTTPS on every other local service.
 */
export function securityHeaders(host: string | undefined): Record<string, string> {
  const name = (host ?? "").replace(/:\d+$/, "").toLowerCase();
  if (local.test(name)) return always;
  return { ...always, "Strict-Transport-Security": "max-age=31536000; includeSubDomains" };
}

/** Sets the security headers on every answer; those of the API are never kept by a cache. */
export const headers: Guard = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(securityHeaders(c.req.header("host")))) c.header(name, value);
  if (c.req.path.startsWith("/api/")) c.header("Cache-Control", "no-store");
};
