// Ctrl-C: the first one lets the command end by itself, the second one ends it.

let controller: AbortController | undefined;

/** Aborted at the first SIGINT or SIGTERM. */
export function interruption(): AbortSignal {
  if (controller) return controller.signal;
  const first = new AbortController();
  controller = first;
  const abort = (): void => {
    if (first.signal.aborted) process.exit(130);
    first.abort();
  };
  process.on('SIGINT', abort);
  process.on('SIGTERM', abort);
  return first.signal;
}
