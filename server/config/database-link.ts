/**
 * Gives a warning where somebody on the network could intercept the connection to the PostgreSQL of this URL; null when the
 * connection stays on this machine, or the server proves its identity.
 */
export function weaknessOfWay(url: string): string | null {
  const { hostname, search, searchParams } = new URL(url);
  // Bun also accepts these spellings of the modes.
  const mode = searchParams.get("sslmode")?.toLowerCase().replace("_", "-");
  if (isLoopback(hostname.toLowerCase()) || mode === "verify-full") return null;
  const remedy = search
    ? "set sslmode=verify-full in DATABASE_URL"
    : "add ?sslmode=verify-full to DATABASE_URL";
  return mode === "verify-ca"
    ? `the way to ${hostname} is not verified by name, so any server with a certificate of the same authority will do: ${remedy}`
    : `the way to ${hostname} is not verified: ${remedy}`;
}

const isLoopback = (hostname: string) =>
  /^(.+\.)?localhost$/.test(hostname) || /^127(\.\d{1,3}){3}$/.test(hostname) || hostname === "[::1]";
