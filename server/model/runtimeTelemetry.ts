/**
 * The ONNX Runtime's own telemetry. Since its version 1.29 the native library for Linux and macOS uploads what it is used
 * for, and keeps an identifier of the device and a queue of events in the user's cache folder. Lore sends nothing to
 * anyone, so it is switched off before the library is loaded: it looks once, and for the whole process.
 * On Windows the library writes trace events for the system and connects to nothing.
 */
import { isMainThread } from "node:worker_threads";

/** https://github.com/microsoft/onnxruntime/blob/main/docs/Privacy.md */
const optOut = "ORT_DISABLE_TELEMETRY";

/**
 * Switches it off for this process. To be called before the library is loaded, and before a thread is started that will load
 * it: a thread's environment is a copy that the library does not see. Throws in a thread whose process did not do so.
 */
export function forbidRuntimeTelemetry(): void {
  if (process.env[optOut] === "1") return;
  if (!isMainThread) throw new Error("The ONNX Runtime's telemetry is not switched off.");
  process.env[optOut] = "1";
}
