"use strict";
// The one door to the native half: its errors, and its long calls with every way to stop them.

/** The one error of meshery; `code` is the kind to branch on, the same in every language. */
class MesheryError extends Error {
  constructor(text, report, options) {
    super(text, options);
    this.name = "MesheryError";
    this.code = report.code;
    this.place = report.place;
    this.expected = report.expected;
    this.found = report.found;
    this.context = Object.fromEntries(report.context ?? []);
  }
}

/** From the text that the native half describes an error by. */
function raised(description, options) {
  const { text, report } = JSON.parse(description);
  return new MesheryError(text, report, options);
}

/** What a call into the native half gives, or its error as a MesheryError. */
function guarded(work) {
  try {
    return work();
  } catch (error) {
    throw error.code === "meshery" ? raised(error.message) : error;
  }
}

/** The one door to long calls: events and result out, and every way to stop. */
function call(start, read, { signal, onProgress } = {}) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) throw stopped(signal);
    let thrown;
    const stop = () => running.cancel();
    const listener = (event, object, document, error) => {
      if (event) {
        tell(JSON.parse(event));
        return;
      }
      signal?.removeEventListener("abort", stop);
      const found = error ? undefined : read(object ?? document);
      if (thrown) reject(withPartial(thrown.error, found));
      else if (signal?.aborted) reject(stopped(signal, found));
      else if (error) reject(raised(error));
      else resolve(found);
    };
    const tell = (event) => {
      if (!onProgress || thrown) return;
      try {
        onProgress(event);
      } catch (error) {
        thrown = { error };
        stop();
      }
    };
    const running = guarded(() => start(listener));
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** The error of a call that a signal has stopped. */
function stopped(signal, partial) {
  const error = new MesheryError("stopped by the caller", { code: "cancelled" }, { cause: signal.reason });
  error.name = "AbortError";
  return withPartial(error, partial);
}

/** What a stopped call has found so far goes with the error. */
function withPartial(error, partial) {
  if (error instanceof Error) error.partial = partial;
  return error;
}

module.exports = { MesheryError, call, guarded };
