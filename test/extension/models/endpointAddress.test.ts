import assert from "node:assert/strict";
import { test } from "node:test";
import { addressFault, readEndpoint } from "../../../extension/models/endpointAddress.ts";
import { usualEndpoint } from "../../../server/endpoint/endpointAddress.ts";

const cases: Readonly<Record<string, ReturnType<typeof addressFault>>> = {
  [usualEndpoint]: undefined,
  " https://host/v1 ": undefined,
  "": "notAnAddress",
  "host/v1": "notAnAddress",
  "file:///etc/passwd": "notHttp",
  "javascript:alert(1)": "notHttp",
  "https://user:secret@host/v1": "hasKey",
  "https://host/v1?key=secret": "hasKey",
};
for (const [address, fault] of Object.entries(cases)) {
  test(`“${address}” is ${fault ?? "an endpoint"}`, () => {
    assert.equal(addressFault(address), fault);
    assert.equal(readEndpoint(address)?.href, fault === undefined ? address.trim() : undefined);
  });
}
