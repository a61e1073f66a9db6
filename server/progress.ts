/** Prints one line of the start: what was done, and how it went. */
export function progress(step: string, detail: string): void {
  console.log(`  ${step.padEnd(14)}${detail}`);
}
