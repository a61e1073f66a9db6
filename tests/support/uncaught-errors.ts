// Loaded into a server before it starts, this makes errors that nobody catches, each when a signal asks for it.
process.on("SIGUSR1", () => void Promise.reject(new Error("a promise that nobody awaits")));
process.on("SIGUSR2", () => {
  setTimeout(() => {
    throw new Error("a timer that fails");
  }, 0);
});
