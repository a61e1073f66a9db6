import * as v from "valibot";

/** What people choose for themselves, the same on all their devices. Each preference has a line here and one in the defaults. */
const values = {
  theme: v.picklist(["system", "light", "dark"]),
  /** Whether others see how far one has read, and one sees it of them. */
  showRead: v.boolean(),
};

export const preferences = v.object(values);
export type Preferences = v.InferOutput<typeof preferences>;

export const defaultPreferences: Preferences = {
  theme: "system",
  showRead: true,
};

/** What one changes of one's preferences. */
export const preferencesChange = v.partial(v.strictObject(values));
export type PreferencesChange = v.InferOutput<typeof preferencesChange>;

/** The preferences in stored ones, which may be of another version: what this one does not know has its default. */
export const preferencesIn = (stored: Record<string, unknown>): Preferences => ({
  ...defaultPreferences,
  ...Object.fromEntries(
    Object.entries(values).flatMap(([name, schema]) =>
      v.is(schema, stored[name]) ? [[name, stored[name]]] : [],
    ),
  ),
});
