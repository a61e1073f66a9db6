import { SQL } from "bun";
import { codesOf, DatabaseError, mistakeOf } from "../../server/store/postgres/failures.ts";
import { openPostgres } from "../../server/store/postgres/open.ts";
import { SetupError } from "../setup.ts";

const session = {
  application_name: "secure-chat copy",
  synchronous_commit: "on",
  statement_timeout: "300000",
  idle_in_transaction_session_timeout: "60000",
  // A plan made while a table was empty, and kept, would read all of it later.
  enable_seqscan: "off",
};

/**
 * Runs work on one connection to a PostgreSQL with all tables, made where they are missing. What a person can mend ends
 * in a SetupError, and so does whatever happens to PostgreSQL meanwhile.
 */
export async function withTarget<T>(url: string, work: (sql: SQL) => Promise<T>): Promise<T> {
  const sql = new SQL({ url, max: 1, connectionTimeout: 10, idleTimeout: 0, connection: session });
  try {
    await (await openPostgres({ url, connections: 1 }, console.error)).close();
    return await work(sql);
  } catch (error) {
    throw mended(error, url);
  } finally {
    await sql.close({ timeout: 0 });
  }
}

function mended(error: unknown, url: string): unknown {
  if (error instanceof DatabaseError) return new SetupError(error.message);
  const mistake = mistakeOf(error, url);
  const sentence = codesOf(error).includes("53100")
    ? "The disk of PostgreSQL is full. Make room there."
    : mistake instanceof DatabaseError && mistake.message;
  if (!sentence) return error;
  return new SetupError(`${sentence}\nRun this again: it goes on with what is copied already.`);
}
