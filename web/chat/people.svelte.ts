import { SvelteMap, SvelteSet } from "svelte/reactivity";
import type { Person } from "../../server/protocol/events.ts";
import { may, type Right, type Role } from "../../server/protocol/roles.ts";

export interface NamedPerson {
  id: number;
  name: string;
}

/** Everyone who has, or had, an account, and who of them is online. */
export class People {
  #names = new SvelteMap<number, string | null>();
  /** Of those who are more than members. */
  #roles = new SvelteMap<number, Role>();
  #barred = new SvelteSet<number>();
  #online = new SvelteSet<number>();
  /** The directory's tag; null while there is none worth keeping. */
  #tag: string | null = null;
  /** Whoever can be written to, in the order of their names. */
  readonly everyone: NamedPerson[] = $derived(
    [...this.#names]
      .flatMap(([id, name]) => (name === null || this.#barred.has(id) ? [] : [{ id, name }]))
      .sort((a, b) => a.name.localeCompare(b.name)),
  );
  readonly online: NamedPerson[] = $derived(this.everyone.filter(({ id }) => this.#online.has(id)));
  readonly offline: NamedPerson[] = $derived(this.everyone.filter(({ id }) => !this.#online.has(id)));

  get tag(): string | null {
    return this.#tag;
  }

  /** The name of a person, also of one without an account. */
  nameOf(id: number): string {
    return this.#names.get(id) ?? "Deleted user";
  }

  /** The names of people, in their order. */
  namesOf(ids: readonly number[]): string[] {
    return ids.map((id) => this.nameOf(id)).sort((a, b) => a.localeCompare(b));
  }

  roleOf(id: number): Role {
    return this.#roles.get(id) ?? "member";
  }

  /** Whether somebody has the right. */
  may(id: number, right: Right): boolean {
    return may(this.roleOf(id), right);
  }

  knows(id: number): boolean {
    return this.#names.has(id);
  }

  /** Whether one can write to the account. */
  reachable(id: number): boolean {
    return typeof this.#names.get(id) === "string" && !this.#barred.has(id);
  }

  /** Whether the account is suspended or banned. */
  isBarred(id: number): boolean {
    return this.#barred.has(id);
  }

  isOnline(id: number): boolean {
    return this.#online.has(id) && !this.#barred.has(id);
  }

  /** Takes over what the server says on entering; `people` is absent when the directory is the one we hold. */
  enter(people: Person[] | undefined, tag: string, online: number[]): void {
    this.#tag = tag;
    if (people) {
      this.#names.clear();
      this.#roles.clear();
      this.#barred.clear();
      for (const person of people) this.#put(person);
    }
    this.#online.clear();
    for (const id of online) this.#online.add(id);
  }

  /** Adds a person. The directory's tag is void then, so the next `chat.enter` asks for the whole directory. */
  register(person: Person): void {
    this.#put(person);
    this.#tag = null;
  }

  forget(id: number): void {
    this.register({ id, name: null });
    this.#online.delete(id);
  }

  change(online: number[], offline: number[]): void {
    for (const id of online) this.#online.add(id);
    for (const id of offline) this.#online.delete(id);
  }

  #put({ id, name, role, barred }: Person): void {
    this.#names.set(id, name);
    if (role) this.#roles.set(id, role);
    else this.#roles.delete(id);
    if (barred) this.#barred.add(id);
    else this.#barred.delete(id);
  }
}
