/** What is wrong with an endpoint's address. */
export type AddressFault = "notAnAddress" | "notHttp" | "hasKey";

/** Reads an address that a user or a setting gives; `undefined` when it is none that can be used. */
export function readEndpoint(text: string): URL | undefined {
  return addressFault(text) === undefined ? new URL(text.trim()) : undefined;
}

/** Returns what is wrong with an address, `undefined` when nothing is. */
export function addressFault(text: string): AddressFault | undefined {
  if (!URL.canParse(text.trim())) return "notAnAddress";
  const { protocol, username, password, search } = new URL(text.trim());
  if (protocol !== "http:" && protocol !== "https:") return "notHttp";
  return username === "" && password === "" && search === "" ? undefined : "hasKey";
}
