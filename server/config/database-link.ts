/**
 * What a person has to know of the way to the PostgreSQL of this URL, where someone could sit on it: in a sentence, or null
 * when it stays on this machine or the server proves who it is.
 */
export function weaknessOfWay(url: string): string | null {
  const { hostname, search, searchParams } = new URL(url);
  // Bun takes the modes in these spellings too.
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
