import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openServer, walked } from "./server.mjs";

// a self-signed certificate of nobody's (RSA 2048, for a hundred years)
const certificate = `-----BEGIN CERTIFICATE-----
MIIDHTCCAgWgAwIBAgIUXL3mvEx5P0dNgvTjAlwR8GXYjjIwDQYJKoZIhvcNAQEL
BQAwHTEbMBkGA1UEAwwSaWRwLmhhbGRlbi5leGFtcGxlMCAXDTI2MTEyNzIxMDc0
MVoYDzIxMjYxMTAzMjEwNzQxWjAdMRswGQYDVQQDDBJpZHAuaGFsZGVuLmV4YW1w
bGUwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCwCYHtD7lqYSWQ+2HB
Ci+6UPouAFZOVyuizbIWgNcx/2GqVHcIaBDa4NQNROqhjiLzzrLOeEAZR1csx0cB
PhqVgySei2nDcoOaWTskQgWUMjjkCFm0MN3fuBQtOleg3SWf68e05GzZGCybJ884
SDZZJhM/h24KYQOSzes6LyMmVmVk7fnPEnNQWhi224h9uyxNXf+9Cl20lLh77QHc
09cO+0PpzZemDWpJ3BThGA1CT6b+DouvtrYLT3/9koYd9FV4MmG8nVOrzcY4Yvp0
5vPUq2wVOR5TdiNQrMZt3pm5qGTB/8ZXx4qdnToyNxWBObEwbxn9jMIn3RRsJo0e
fRRdAgMBAAGjUzBRMB0GA1UdDgQWBBSd8vEuaYaHUGeRQ/PGgGVmp0toFTAfBgNV
HSMEGDAWgBSd8vEuaYaHUGeRQ/PGgGVmp0toFTAPBgNVHRMBAf8EBTADAQH/MA0G
CSqGSIb3DQEBCwUAA4IBAQBR4e15/UQHLdnXCCld5RXBaA8+dhmcf6vhimf8lVl/
WjnZLmRAz1TigM0l0QR0ePLgGLoYCMXJ8frbjZZT6GpShvx4qVpGiuPorlSqoiI+
5XIG3vN/6EHMd/NNDeXHuzCEW2BWVUYN8FL3QYf+fP/qkuK85TMZq4O4IWCbE+mR
x//ZGqdZ+9AcsBlsHJSckZPkiEC5PIEgtzy9a+o6t/z44iVB7VmRIpfdxdyiynbh
8OjKPWwUvKvxRzMQNQ4NMh5q+kUn+j34TDl7SrBHx4Q7/vFk4q3S7698WILorH5H
LPbARhN1U4TUk9mvu4T1rJz6aleot4QMcX+ZW5WwOkgA
-----END CERTIFICATE-----`;

let server, workos, org;
before(async () => {
  server = await openServer();
  workos = server.client();
  org = await workos.organizations.createOrganization({ name: "Halden Marine" });
});
after(() => server?.close());

// the client reads and deletes connections; making one is beyond it
async function connect(body) {
  const answer = await server.call("POST", "/connections", { organization_id: org.id, ...body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}

const saml = {
  idp_entity_id: "https://idp.halden.example",
  idp_sso_url: "https://idp.halden.example/sso",
  idp_certificates: [certificate],
};

test("a connection is read, listed by each filter, and deleted", async () => {
  const made = await connect({ connection_type: "OktaSAML", name: "Okta of Halden", domains: ["halden.example"], saml });
  const other = await connect({ connection_type: "GenericOIDC", name: "Draft" });
  const got = await workos.sso.getConnection(made.id);
  assert.match(got.id, /^conn_[0-9A-Z]{26}$/);
  assert.equal(got.object, "connection");
  assert.equal(got.organizationId, org.id);
  assert.equal(got.type, "OktaSAML");
  assert.equal(got.state, "active");
  assert.deepEqual(got.domains.map((d) => [d.object, d.domain]), [["connection_domain", "halden.example"]]);
  assert.match(got.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

  const ids = async (options) => (await workos.sso.listConnections(options)).data.map((c) => c.id);
  assert.deepEqual(await ids({ organizationId: org.id }), [other.id, made.id]);
  assert.deepEqual(await ids({ connectionType: "OktaSAML" }), [made.id]);
  assert.deepEqual(await ids({ domain: "halden.example" }), [made.id]);
  assert.deepEqual(await ids({ domain: "nobody.example" }), []);
  assert.deepEqual((await workos.sso.getConnection(other.id)).domains, [], "the client maps over domains");

  await workos.sso.deleteConnection(made.id);
  await assert.rejects(workos.sso.getConnection(made.id), { name: "NotFoundException", status: 404 });
  await assert.rejects(workos.sso.deleteConnection(made.id), { name: "NotFoundException" });
});

test("pages of connections meet every one once", async () => {
  const made = new Set();
  for (let i = 0; i < 12; i++) made.add((await connect({ connection_type: "GenericOIDC", name: `Paged ${i}` })).id);
  const met = await walked((page) => workos.sso.listConnections({ limit: 5, organizationId: org.id, ...page }));
  assert.equal(new Set(met).size, met.length, "nothing comes twice");
  assert.ok([...made].every((id) => met.includes(id)), "nothing is left out");
});

test("what is wrong with a connection is said for each member", async () => {
  await assert.rejects(
    workos.post("/connections", { organization_id: org.id, connection_type: "GenericSAML", saml: { ...saml, idp_sso_url: "javascript:alert(1)", clock_skew_seconds: 900 } }),
    (e) => {
      assert.equal(e.name, "UnprocessableEntityException");
      assert.equal(e.code, "invalid_connection");
      assert.match(e.message, /invalid_idp_sso_url[\s\S]*invalid_clock_skew_seconds/);
      return true;
    },
  );
});

test("an organization's key sees its own connections alone", async () => {
  const own = await connect({ connection_type: "GenericSAML", saml });
  const elsewhere = await workos.organizations.createOrganization({ name: "Nordby Kraft" });
  const key = (await server.call("POST", "/api_keys", { name: "Nordby", organization_id: elsewhere.id })).body.value;
  const theirs = server.client(key);
  assert.deepEqual((await theirs.sso.listConnections()).data, []);
  await assert.rejects(theirs.sso.getConnection(own.id), { name: "NotFoundException" });
  await assert.rejects(theirs.sso.deleteConnection(own.id), { name: "NotFoundException" });
  await assert.rejects(theirs.sso.listConnections({ organizationId: org.id }), { name: "NotFoundException" });
});
