import { Refusal } from "../refusal.ts";

/**
 * A file that is made while it is taken: `next` gives its next part, null at its end. Before each, `allow` refuses where who
 * takes it may not any more; it may take for as long as the slowest line. A file that ends early is noticed by whoever takes
 * it; what is no refusal is reported.
 */
export function takenFile(
  next: () => Promise<string | null>,
  allow: () => Promise<void>,
  report: (error: unknown) => unknown,
  cancel: () => unknown = () => {},
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      try {
        await allow();
        const part = await next();
        if (part === null) controller.close();
        else controller.enqueue(Buffer.from(part));
      } catch (error) {
        if (!(error instanceof Refusal)) report(error);
        controller.error(error);
      }
    },
    async cancel() {
      await cancel();
    },
  });
}
