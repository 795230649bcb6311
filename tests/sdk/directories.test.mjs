import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openServer, walked } from "./server.mjs";

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

let server, workos, org, directory, kari, ola, deck;
before(async () => {
  server = await openServer();
  workos = server.client();
  org = await workos.organizations.createOrganization({ name: "Halden Marine", domainData: [{ domain: "halden.example", state: "verified" }] });
  directory = await connect({ type: "okta scim v2.0", name: "Okta of Halden", attribute_map: { desk: "urn:halden:2.0:Crew:desk" } });
  kari = await push(directory, "/Users", {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", enterprise, "urn:halden:2.0:Crew"],
    userName: "kari@halden.example", externalId: "00u1", name: { givenName: "Kari", familyName: "Nordmann" }, title: "Captain <1st>", active: true,
    emails: [{ value: "kari@halden.example", type: "work", primary: true }],
    [enterprise]: { department: "Deck" }, "urn:halden:2.0:Crew": { desk: "D 4" },
  });
  ola = await push(directory, "/Users", { userName: "ola@halden.example", externalId: "00u2", emails: [{ value: "ola@halden.example" }] });
  deck = await push(directory, "/Groups", { displayName: "Deck", externalId: "00g1", members: [{ value: kari.id }, { value: ola.id }] });
});
after(() => server?.close());

// connect makes a directory, which is beyond the client: it reads and deletes them.
async function connect(body, organization = org) {
  const answer = await server.call("POST", "/directories", { organization_id: organization.id, ...body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}

// scim asks as the directory's provider does.
const scim = (to, method, path, body) =>
  fetch(to.scim.endpoint + path, { method, headers: { authorization: `Bearer ${to.scim.token.value}`, "content-type": "application/scim+json" }, body: body && JSON.stringify(body) });

async function push(to, path, body) {
  const answer = await scim(to, "POST", path, body);
  assert.equal(answer.status, 201, await answer.clone().text());
  return answer.json();
}

test("directories are read, and listed by each filter", async () => {
  const waiting = await connect({ type: "azure scim v2.0" });
  const got = await workos.directorySync.getDirectory(directory.id);
  assert.match(got.id, /^directory_[0-9A-Z]{26}$/);
  assert.deepEqual(
    [got.object, got.organizationId, got.externalKey, got.type, got.name, got.domain, got.state],
    ["directory", org.id, directory.id, "okta scim v2.0", "Okta of Halden", "halden.example", "active"],
  );
  assert.equal((await workos.directorySync.getDirectory(waiting.id)).state, "validating");

  const ids = async (options) => (await workos.directorySync.listDirectories(options)).data.map((d) => d.id);
  assert.deepEqual(await ids({ organizationId: org.id }), [waiting.id, directory.id]);
  assert.deepEqual(await ids({ organizationId: org.id, search: "okta" }), [directory.id]);
  assert.deepEqual(await ids({ search: "nobody's" }), []);
  await assert.rejects(workos.directorySync.getDirectory("directory_01HZZZZZZZZZZZZZZZZZZZZZZZ"), { name: "NotFoundException", status: 404 });
});

test("whom a provider pushed is read with groups, role and attributes", async () => {
  const got = await workos.directorySync.getUser(kari.id);
  assert.deepEqual(
    [got.object, got.id, got.directoryId, got.organizationId, got.idpId, got.email, got.firstName, got.lastName, got.state],
    ["directory_user", kari.id, directory.id, org.id, "00u1", "kari@halden.example", "Kari", "Nordmann", "active"],
  );
  assert.deepEqual(got.role, { slug: "member" });
  assert.deepEqual(got.roles, [{ slug: "member" }]);
  assert.deepEqual(got.groups.map((g) => [g.id, g.idpId, g.name, g.directoryId]), [[deck.id, "00g1", "Deck", directory.id]]);
  assert.deepEqual([got.customAttributes.desk, got.customAttributes.department_name, got.customAttributes.job_title], ["D 4", "Deck", "Captain <1st>"]);
  assert.deepEqual([got.rawAttributes.userName, got.rawAttributes[enterprise].department], ["kari@halden.example", "Deck"]);

  // her account is a member of the organization, verified: its domain is
  const [account] = (await workos.userManagement.listUsers({ email: "kari@halden.example" })).data;
  assert.equal(account.emailVerified, true);
  const [membership] = (await workos.userManagement.listOrganizationMemberships({ userId: account.id })).data;
  assert.deepEqual([membership.organizationId, membership.status, membership.directoryManaged], [org.id, "active", true]);
});

test("people and groups are listed by directory, group and person", async () => {
  const users = async (options) => (await workos.directorySync.listUsers(options)).data.map((u) => u.id);
  assert.deepEqual(await users({ directory: directory.id }), [ola.id, kari.id]);
  assert.deepEqual(await users({ group: deck.id, order: "asc" }), [kari.id, ola.id]);
  assert.deepEqual(await users({ directory: directory.id, idp_id: "00u1" }), [kari.id]); // sent as it is given
  assert.deepEqual(await users({ directory: directory.id, email: "OLA@halden.example" }), [ola.id]);
  const groups = async (options) => (await workos.directorySync.listGroups(options)).data.map((g) => g.id);
  assert.deepEqual(await groups({ directory: directory.id }), [deck.id]);
  assert.deepEqual(await groups({ user: ola.id }), [deck.id]);
  const group = await workos.directorySync.getGroup(deck.id);
  assert.deepEqual([group.name, group.idpId, group.rawAttributes.displayName], ["Deck", "00g1", "Deck"]);
  await assert.rejects(workos.directorySync.listUsers({}), { name: "UnprocessableEntityException" });
  await assert.rejects(workos.directorySync.listGroups({ directory: directory.id, limit: 1000 }), { name: "UnprocessableEntityException" });
});

test("pages of people meet everybody once", async () => {
  const other = await connect({ type: "generic scim v2.0" });
  const made = new Set();
  for (let i = 0; i < 12; i++) made.add((await push(other, "/Users", { userName: `sailor-${i}` })).id);
  const crew = await push(other, "/Groups", { displayName: "Crew", members: [...made].map((value) => ({ value })) });
  for (const of of [{ directory: other.id }, { group: crew.id }]) {
    const met = await walked((page) => workos.directorySync.listUsers({ limit: 5, ...of, ...page }));
    assert.equal(met.length, 12);
    assert.deepEqual(new Set(met), made);
  }
  assert.equal((await (await workos.directorySync.listUsers({ directory: other.id })).autoPagination()).length, 12);
});

test("a person whom the provider switches off has no key that counts", async () => {
  const [account] = (await workos.userManagement.listUsers({ email: "ola@halden.example" })).data;
  const made = await workos.userManagement.createUserApiKey(account.id, { name: "CI", organizationId: org.id, permissions: ["posts:read"] });
  const { apiKey } = await workos.apiKeys.createValidation({ value: made.value });
  assert.deepEqual([apiKey.id, apiKey.owner, apiKey.permissions], [made.id, { type: "user", id: account.id, organizationId: org.id }, ["posts:read"]]);
  assert.deepEqual((await workos.userManagement.listUserApiKeys(account.id)).data.map((k) => k.id), [made.id]);

  const off = await scim(directory, "PATCH", `/Users/${ola.id}`, { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [{ op: "Replace", path: "active", value: "False" }] });
  assert.ok(off.ok, await off.clone().text());
  assert.equal((await workos.directorySync.getUser(ola.id)).state, "inactive");
  assert.equal((await workos.apiKeys.createValidation({ value: made.value })).apiKey, null);
  const [membership] = (await workos.userManagement.listOrganizationMemberships({ userId: account.id, statuses: ["inactive"] })).data;
  assert.equal(membership.status, "inactive");
  const { body } = await server.call("GET", `/directories/${directory.id}/departures?directory_user=${ola.id}`);
  assert.deepEqual([body.data.length, body.data[0].kind, body.data[0].user_id, body.data[0].api_keys_ended], [1, "deactivated", account.id, 1]);
});

test("a key is revoked, and what was none is no error", async () => {
  const [account] = (await workos.userManagement.listUsers({ email: "kari@halden.example" })).data;
  const made = await workos.userManagement.createUserApiKey(account.id, { name: "CI", organizationId: org.id });
  await workos.apiKeys.deleteApiKey(made.id);
  for (const value of [made.value, "mk_nobodys", server.apiKey]) assert.equal((await workos.apiKeys.createValidation({ value })).apiKey, null);
  await assert.rejects(workos.apiKeys.deleteApiKey(made.id), { name: "NotFoundException" });
});

test("an organization's key sees its own directories alone", async () => {
  const elsewhere = await workos.organizations.createOrganization({ name: "Nordby Kraft" });
  const key = (await server.call("POST", "/api_keys", { name: "Nordby", organization_id: elsewhere.id })).body.value;
  const theirs = server.client(key).directorySync;
  assert.deepEqual((await theirs.listDirectories()).data, []);
  for (const ask of [
    () => theirs.getDirectory(directory.id), () => theirs.deleteDirectory(directory.id), () => theirs.getUser(kari.id), () => theirs.getGroup(deck.id),
    () => theirs.listUsers({ directory: directory.id }), () => theirs.listUsers({ group: deck.id }), () => theirs.listGroups({ user: kari.id }),
    () => theirs.listDirectories({ organizationId: org.id }),
  ]) await assert.rejects(ask, { name: "NotFoundException" });
});

test("a deleted directory is gone; its people stay", async () => {
  const other = await connect({ type: "generic scim v2.0" });
  const nina = await push(other, "/Users", { userName: "nina@halden.example", emails: [{ value: "nina@halden.example" }] });
  await workos.directorySync.deleteDirectory(other.id);
  await assert.rejects(workos.directorySync.getDirectory(other.id), { name: "NotFoundException" });
  await assert.rejects(workos.directorySync.getUser(nina.id), { name: "NotFoundException" });
  const [account] = (await workos.userManagement.listUsers({ email: "nina@halden.example" })).data;
  const [membership] = (await workos.userManagement.listOrganizationMemberships({ userId: account.id })).data;
  assert.deepEqual([membership.status, membership.directoryManaged], ["active", false]);
});
