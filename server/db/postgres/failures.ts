interface Failure {
  /** Of Bun, such as ERR_POSTGRES_CONNECTION_CLOSED. */
  code?: string;
  /** Of PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html */
  errno?: string;
  constraint?: string;
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
    [
      /^53300$/,
      `PostgreSQL at ${host} has no connection left. Raise its max_connections, or lower DATABASE_CONNECTIONS.`,
    ],
    [
      /^55P03$/,
      `Another node has been bringing the database at ${host} up to date for a minute. Look at that node.`,
    ],
    [/^57P03$/, `PostgreSQL at ${host} is just starting or stopping. Try again in a moment.`],
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
