import type { Alert } from "../../server/protocol/alerts.ts";
import type { EventOf } from "../../server/protocol/events.ts";
import type { Preferences } from "../../server/protocol/preferences.ts";
import type { ServerClock } from "../app/server-clock.svelte.ts";
import type { System } from "../transport/system.ts";
import { Muting } from "./muting.svelte.ts";

/** An event on one's account, shown until one dismisses it. */
export interface AccountNote {
  id: number;
  what: EventOf<"account.notified">["what"];
  device: string;
  /** UTC milliseconds. */
  at: number;
}

const max = 3;

/** What the server says about this person to themselves alone. */
export class Myself {
  readonly muting: Muting;
  #notes = $state.raw<readonly AccountNote[]>([]);
  #alerts = $state.raw<readonly Alert[]>([]);
  #openReports = $state(0);
  #preferences = $state.raw<Preferences | null>(null);
  #count = 0;

  constructor(system: Pick<System, "after">, clock: Pick<ServerClock, "now">, heard: { mayWrite(): void }) {
    this.muting = new Muting(system, clock, heard.mayWrite);
  }

  /** What happened to the account, the latest last. */
  get notes(): readonly AccountNote[] {
    return this.#notes;
  }

  /** Alerts about the account that were not seen on any device; the latest last. */
  get alerts(): readonly Alert[] {
    return this.#alerts;
  }

  /** How many reports are open, as far as this person may know. */
  get openReports(): number {
    return this.#openReports;
  }

  /** What this person has chosen for themselves; null until the server has said it. */
  get preferences(): Preferences | null {
    return this.#preferences;
  }

  enter({ mutedUntil, openReports, alerts, preferences }: EventOf<"chat.entered">): void {
    this.#preferences = preferences;
    this.#alerts = alerts ?? [];
    this.muting.become(mutedUntil ?? null);
    this.#openReports = openReports ?? 0;
  }

  hear(
    event: EventOf<
      "me.muted" | "account.notified" | "alerts.changed" | "preferences.changed" | "report.added"
    >,
  ): void {
    if (event.type === "me.muted") this.muting.become(event.until);
    else if (event.type === "report.added") this.#openReports = event.open;
    else if (event.type === "alerts.changed") this.#alerts = event.alerts;
    else if (event.type === "preferences.changed") this.#preferences = event.preferences;
    else this.#note(event);
  }

  /** Removes a note that was seen. */
  dismiss(id: number): void {
    this.#notes = this.#notes.filter((note) => note.id !== id);
  }

  leave(): void {
    this.muting.leave();
  }

  #note({ what, device, at }: EventOf<"account.notified">): void {
    this.#count += 1;
    this.#notes = [...this.#notes, { id: this.#count, what, device, at }].slice(-max);
  }
}
