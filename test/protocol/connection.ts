import { PassThrough } from "node:stream";
import {
  createMessageConnection,
  NullLogger,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import * as methods from "../../protocol/methods.ts";
import { registerHandlers, type Registration } from "../../server/handlers.ts";
import {
  inMemoryServices,
  recordingLogger,
  settings,
  type InMemoryServices,
  type LogLine,
} from "./inMemoryServices.ts";

/** A client and a server joined by two streams in memory. */
export interface Joined {
  readonly client: MessageConnection;
  readonly services: InMemoryServices;
  readonly registration: Registration;
  readonly log: readonly LogLine[];
  /** The stream that the server reads from: what a hostile client can write to. */
  readonly toServer: PassThrough;
  /** Ends the streams as the end of a process does. */
  disconnect(): void;
}

export function join(services: InMemoryServices = inMemoryServices()): Joined {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const server = createMessageConnection(
    new StreamMessageReader(toServer),
    new StreamMessageWriter(toClient),
    NullLogger,
  );
  const client = createMessageConnection(
    new StreamMessageReader(toClient),
    new StreamMessageWriter(toServer),
    NullLogger,
  );
  const logger = recordingLogger();
  const registration = registerHandlers(server, services, logger);
  // The library leaves requests of a closed connection open until the client lets go of it.
  client.onClose(() => client.dispose());
  server.listen();
  client.listen();
  return {
    client,
    services,
    registration,
    log: logger.lines,
    toServer,
    disconnect: () => {
      toServer.destroy();
      toClient.destroy();
    },
  };
}

export const openParams: methods.OpenParams = {
  protocolVersion: methods.protocolVersion,
  storeDir: "/store",
  roots: [{ id: "root", folder: "/work", name: "work" }],
  settings,
  trusted: true,
};

/** As `join`, with the memory open. */
export async function joinOpen(services?: InMemoryServices): Promise<Joined> {
  const joined = join(services);
  await joined.client.sendRequest(methods.open.method, openParams);
  return joined;
}
