import { Refusal } from "../refusal.ts";

/**
 * Gives a file that is made part by part while it is downloaded. Before every part, `allow` refuses if the download is no longer
 * allowed, since a slow line may take hours. The client notices a file that breaks off; a failure that is no Refusal is
 * reported.
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
