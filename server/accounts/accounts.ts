import type { Broker } from "../broker/broker.ts";
import { groupTopic } from "../broker/topics.ts";
import type { Session, Store, User } from "../db/store.ts";
import type { AccountInfo, Credentials, Registration } from "../protocol/account.ts";
import { Refusal } from "../refusal.ts";
import type { System } from "../system.ts";
import type { Bound, GuessLimits } from "./guess-limits.ts";
import type { KnownDevices } from "./known-devices.ts";
import type { Passwords } from "./passwords.ts";
import type { People } from "./people.ts";

export interface AccountsDeps {
  users: Store["users"];
  people: People;
  passwords: Passwords;
  guesses: GuessLimits;
  devices: KnownDevices;
  broker: Broker;
  system: System;
  bound: Bound;
  registration: "open" | "closed";
}

export type Accounts = ReturnType<typeof accounts>;

/** What people do with their accounts. Each refuses with a code of the protocol and then has changed nothing. */
export function accounts(deps: AccountsDeps) {
  const { users, people, passwords, guesses, devices, broker, system } = deps;
  const registrations = deps.bound("registrations", 40, 10);

  /** The signed-in user, once the password is proven; `wrong_password` otherwise. */
  async function proven(session: Session, password: string, address: string): Promise<User> {
    const user = await users.byId(session.userId);
    if (!user) throw new Refusal("not_signed_in");
    const source = { address, known: `session ${session.id.toString("base64url")}` };
    const right = await guesses.attempt(user.name, source, () =>
      passwords.matches(password, user.passwordHash, address),
    );
    if (!right) throw new Refusal("wrong_password");
    return user;
  }

  const stillProven = async ({ id, passwordHash }: User): Promise<boolean> =>
    (await users.byId(id))?.passwordHash === passwordHash;

  return {
    /**
     * Makes an account with its first session; `name_taken` without regard to case, `registration_closed` where new ones
     * are not wanted.
     */
    async register(
      { name, password }: Registration,
      address: string,
      session: { id: Buffer; device: string },
    ): Promise<User> {
      if (deps.registration === "closed") throw new Refusal("registration_closed");
      const wait = registrations.take(address);
      if (wait > 0) throw new Refusal("rate_limited", { retryAfter: wait });
      if (await users.byName(name)) throw new Refusal("name_taken", { field: "name" });
      const passwordHash = await passwords.hash(password, address);
      const user = await users.create({ name, passwordHash, createdAt: system.now() }, session);
      if (!user) throw new Refusal("name_taken", { field: "name" });
      const person = { id: user.id, name: user.name };
      people.add(person);
      broker.publish(groupTopic, [{ type: "person.registered", person }]);
      return user;
    },

    /** Proves who someone is; `wrong_credentials` says and takes the same for an unknown name and a wrong password. */
    async signIn({ name, password }: Credentials, address: string, mark: string | undefined): Promise<User> {
      const user = await users.byName(name);
      const isKnown = mark !== undefined && devices.isKnown(mark, user);
      const source = { address, known: isKnown ? devices.keyOf(mark) : null };
      const right = await guesses.attempt(name, source, () =>
        passwords.matches(password, user?.passwordHash ?? null, address),
      );
      if (!right || !user) throw new Refusal("wrong_credentials");
      await users.signedIn(user.id, system.now());
      return user;
    },

    /** What the account panel shows; `lastSignInAt` is when the present or latest sign-in was. */
    async info({ userId }: Session): Promise<AccountInfo> {
      const user = await users.byId(userId);
      if (!user) throw new Refusal("not_signed_in");
      const { id, name, createdAt, lastSignInAt } = user;
      return { id, name, createdAt, lastSignInAt };
    },

    /**
     * Whether what someone proved is still so: hashing takes a while, in which the password may have been changed, to
     * keep out whoever knew it, or the account deleted.
     */
    stillProven,

    /** Sets a new password after proof of the current one, and ends all sessions. Their sockets are the caller's part. */
    async changePassword(session: Session, current: string, next: string, address: string): Promise<User> {
      const user = await proven(session, current, address);
      const passwordHash = await passwords.hash(next, address);
      if (!(await stillProven(user))) throw new Refusal("wrong_password");
      await users.setPassword(user.id, passwordHash, session.id);
      return { ...user, passwordHash };
    },

    /** Deletes the account after proof of the password: name, sessions and marks go, messages stay as a nobody's. */
    async remove(session: Session, password: string, address: string): Promise<void> {
      const user = await proven(session, password, address);
      if (!(await stillProven(user))) throw new Refusal("wrong_password");
      await users.remove(user.id);
      broker.publish(groupTopic, [{ type: "person.deleted", id: user.id }]);
      people.forget(user.id);
    },
  };
}
