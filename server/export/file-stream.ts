import { Refusal } from "../refusal.ts";

/**
 * A file that is made while it is taken, part by part. Before each, `allow` refuses where who takes it may not any more: it
 * may be taken for as long as the slowest line needs. A file that ends early is noticed by whoever takes it; what is no refusal
 * is reported.
 */
export function takenFile(
  parts: AsyncGenerator<string>,
  allow: () => Promise<void>,
  report: (error: unknown) => unknown,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      try {
        await allow();
        const { value, done } = await parts.next();
        if (done) controller.close();
        else controller.enqueue(Buffer.from(value));
      } catch (error) {
        if (!(error instanceof Refusal)) report(error);
        controller.error(error);
      }
    },
    cancel: async () => void (await parts.return(undefined)),
  });
}
