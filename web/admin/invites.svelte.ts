import type { InviteInfo, InviteList, NewInvite } from "../../server/protocol/invites.ts";
import { Loaded } from "../app/loaded.svelte.ts";
import { outwardOrigin } from "../app/outward.ts";
import type { Session } from "../app/session.svelte.ts";
import type { Call } from "../transport/call.ts";

const hour = 60 * 60 * 1000;

/** For how long an invitation can be good, as the form offers it. */
export const lifetimes = [
  { value: String(hour), title: "1 hour" },
  { value: String(24 * hour), title: "1 day" },
  { value: String(7 * 24 * hour), title: "1 week" },
  { value: String(30 * 24 * hour), title: "30 days" },
  { value: "", title: "Until you revoke it" },
] as const;

/** How many people an invitation can let in. */
export const uses = [
  { value: "1", title: "1 person" },
  { value: "5", title: "5 people" },
  { value: "20", title: "20 people" },
  { value: "100", title: "100 people" },
  { value: "", title: "Anybody who has it" },
] as const;

/** The invitations, for those who make them. Verbs throw `Refused`. */
export class Invites {
  readonly #call: Call;
  readonly #here: string;
  readonly all: Loaded<InviteList>;

  /** `here` is the origin of this page. */
  constructor(session: Session, here: string) {
    this.#call = session.call;
    this.#here = here;
    this.all = new Loaded(() => session.call("GET /api/invites"));
  }

  linkOf({ token }: InviteInfo): string {
    return `${outwardOrigin(this.#here, this.all.value?.origins ?? [])}/join#${token}`;
  }

  /** Makes one; gives its id. */
  async make(wanted: NewInvite): Promise<number> {
    const { id } = await this.#call("POST /api/invites", { body: wanted });
    await this.all.load();
    return id;
  }

  async revoke(id: number): Promise<void> {
    await this.#call("DELETE /api/invites/:id", { id });
    await this.all.load();
  }
}
