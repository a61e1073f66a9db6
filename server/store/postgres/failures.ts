import { SQL } from "bun";
import { DrizzleQueryError } from "drizzle-orm";

interface Failure extends Error {
  /** Of Bun, such as ERR_POSTGRES_CONNECTION_CLOSED. */
  code?: string;
  /** Of PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html */
  errno?: string;
  constraint?: string;
  table?: string;
  /** The function of PostgreSQL that found it. */
  routine?: string;
}

/** Every code that a failure and what caused it bear. */
export const codesOf = (error: unknown): string[] =>
  causes(error).flatMap(({ code, errno }) => [code, errno].filter((each) => typeof each === "string"));

/** Whether a failure means that a row with this unique key is there already. */
export const violates = (error: unknown, key: string): boolean =>
  causes(error).some(({ errno, constraint }) => errno === "23505" && constraint === key);

function causes(error: unknown): Failure[] {
  return error instanceof Error ? [error as Failure, ...causes(error.cause)] : [];
}

/**
 * What may be logged of a failure of the database: PostgreSQL tells the row it was about, and Drizzle the values it sent,
 * such as password hashes and texts. Gives any other error as it is.
 */
export function withoutData(error: unknown): unknown {
  const chain = causes(error);
  const ofPostgres = chain.find((each) => each instanceof SQL.PostgresError);
  if (!ofPostgres && !chain.some((each) => each instanceof DrizzleQueryError)) return error;
  const failure = ofPostgres ?? chain.at(-1)!;
  const line = failure.message.split("\n", 1)[0]!;
  // What is wrong with a value (class 22) is said by quoting it.
  const message = /^22\w{3}$/.test(failure.errno ?? "") ? line.replace(/[":].*/, "…") : line;
  const shown: Failure = new Error(message);
  shown.stack = `${failure.name}: ${message}${framesOf(error as Error) || framesOf(shown)}`;
  shown.name = failure.name;
  for (const key of ["code", "errno", "constraint", "table", "routine"] as const)
    if (failure[key] !== undefined) shown[key] = failure[key];
  return shown;
}

/** Where it happened, without the message, which the text begins with. */
function framesOf({ stack = "", message }: Error): string {
  const at = stack.indexOf(message);
  return at === -1 ? "" : stack.slice(at + message.length);
}

/** The database cannot be used, and a person can mend it. The message is all they need to see. */
export class DatabaseError extends Error {
  override name = "DatabaseError";
}

/** What a person needs to read whose database cannot be opened; the error itself when it is not theirs to mend. */
export function mistakeOf(error: unknown, url: string): unknown {
  const { host, pathname, username } = new URL(url);
  const user = decodeURIComponent(username);
  const database = decodeURIComponent(pathname.slice(1)) || user;
  const sentences: [RegExp, string][] = [
    [/^28(000|P01)$/, `PostgreSQL at ${host} refuses the user "${user}" with the password in DATABASE_URL.`],
    [
      /^3D000$/,
      `PostgreSQL at ${host} has no database "${database}". Make it there: CREATE DATABASE "${database}"`,
    ],
    [
      /^42501$/,
      `The user "${user}" may not make tables in the database "${database}" at ${host}. Make it the owner: ALTER DATABASE "${database}" OWNER TO "${user}"`,
    ],
    [
      /^25006$/,
      `PostgreSQL at ${host} may only be read: it is a standby. DATABASE_URL has to name the primary.`,
    ],
    [/^53100$/, `The disk of PostgreSQL at ${host} is full. Make room there, and try again.`],
    [
      /^53300$/,
      `PostgreSQL at ${host} has no connection left. Raise its max_connections, or lower DATABASE_CONNECTIONS.`,
    ],
    [
      /^55P03$/,
      `Another node has been bringing the database at ${host} up to date for a minute. Look at that node.`,
    ],
    [/^57P03$/, `PostgreSQL at ${host} is just starting or stopping. Try again in a moment.`],
    [
      /ALTNAME/,
      `PostgreSQL at ${host} has a certificate for another name. DATABASE_URL has to name the host as its certificate does.`,
    ],
    [
      /CERT_(HAS_EXPIRED|NOT_YET_VALID)/,
      `The certificate of PostgreSQL at ${host} has expired, or is not valid yet.`,
    ],
    [
      /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/,
      `The certificate of PostgreSQL at ${host} is not trusted here. NODE_EXTRA_CA_CERTS has to name the file of the authority that signed it.`,
    ],
    [/TLS/, `PostgreSQL at ${host} cannot be reached over TLS as DATABASE_URL asks for (sslmode).`],
    [
      /^(ERR_POSTGRES_CONNECTION_\w+|08\w{3})$/,
      `PostgreSQL does not answer at ${host}. Is it running, and is DATABASE_URL right?`,
    ],
  ];
  const codes = codesOf(error);
  const found = sentences.find(([pattern]) => codes.some((code) => pattern.test(code)));
  return found ? new DatabaseError(found[1], { cause: error }) : error;
}
