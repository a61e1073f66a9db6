import type { Reporting } from "../../server/protocol/reports.ts";
import type { Call } from "./call.ts";

/** What is asked of messages over HTTP. Each call gives the answer or throws `Refused`. */
export interface MessagesApi {
  /** Shows a message to those who look after the chat. */
  report(reporting: Reporting): Promise<void>;
}

export const messagesApi = (call: Call): MessagesApi => ({
  report: (reporting) => call("POST", "/api/reports", reporting),
});
