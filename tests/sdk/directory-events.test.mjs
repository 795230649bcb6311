import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { openServer } from "./server.mjs";

const patchOp = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

let server, workos, org, directory;
before(async () => {
  server = await openServer();
  workos = server.client();
  org = await workos.organizations.createOrganization({ name: "Halden Marine", domainData: [{ domain: "halden.example", state: "verified" }] });
  directory = (await server.call("POST", "/directories", { organization_id: org.id, type: "okta scim v2.0" })).body;
});
after(() => server?.close());

async function scim(method, path, body) {
  const answer = await fetch(directory.scim.endpoint + path, {
    method, headers: { authorization: `Bearer ${directory.scim.token.value}`, "content-type": "application/scim+json" }, body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text && JSON.parse(text);
}

// received is what an application's webhook handler makes of a recorded event:
// the body as wire-api.md 7.1 has it, signed, and read by the client.
async function received(entry) {
  const payload = JSON.stringify({ object: "event", id: entry.id, event: entry.action, data: entry.data, created_at: entry.occurred_at });
  const t = Date.now(), secret = "whsec";
  const v1 = createHmac("sha256", secret).update(`${t}.${payload}`).digest("hex");
  return workos.webhooks.constructEvent({ payload: JSON.parse(payload), sigHeader: `t=${t}, v1=${v1}`, secret });
}

test("the client reads every event of a directory", async () => {
  const kari = await scim("POST", "/Users", { userName: "kari@halden.example", externalId: "00u1", name: { givenName: "Kari" }, emails: [{ value: "kari@halden.example", primary: true }] });
  const deck = await scim("POST", "/Groups", { displayName: "Deck <1>", externalId: "00g1" });
  await scim("PATCH", `/Groups/${deck.id}`, { schemas: [patchOp], Operations: [{ op: "add", path: "members", value: [{ value: kari.id }] }] });
  await scim("PATCH", `/Groups/${deck.id}`, { schemas: [patchOp], Operations: [{ op: "replace", value: { displayName: "Bridge" } }] });
  await scim("PATCH", `/Users/${kari.id}`, { schemas: [patchOp], Operations: [{ op: "replace", path: "name.givenName", value: "Karianne" }] });
  await scim("PATCH", `/Users/${kari.id}`, { schemas: [patchOp], Operations: [{ op: "replace", path: "active", value: false }] });
  await scim("PATCH", `/Groups/${deck.id}`, { schemas: [patchOp], Operations: [{ op: "remove", path: `members[value eq "${kari.id}"]` }] });
  await scim("DELETE", `/Groups/${deck.id}`);
  await scim("DELETE", `/Users/${kari.id}`);
  await workos.directorySync.deleteDirectory(directory.id);

  const { body } = await server.call("GET", `/audit_logs/events?organization_id=${org.id}&order=asc&limit=100`);
  const events = [];
  for (const entry of body.data.filter((e) => e.action.startsWith("dsync."))) events.push(await received(entry));
  assert.deepEqual(events.map((e) => e.event), [
    "dsync.token.created", "dsync.activated", "dsync.user.created", "dsync.group.created", "dsync.group.user_added", "dsync.group.updated",
    "dsync.user.updated", "dsync.user.updated", "dsync.group.user_removed", "dsync.group.deleted", "dsync.user.deleted", "dsync.deleted",
  ]);
  const of = (name) => events.filter((e) => e.event === name).map((e) => e.data);

  const [activated] = of("dsync.activated");
  assert.deepEqual([activated.object, activated.id, activated.externalKey, activated.state, activated.organizationId], ["directory", directory.id, directory.id, "active", org.id]);
  assert.deepEqual(activated.domains.map((d) => [d.object, d.domain]), [["organization_domain", "halden.example"]]);

  const [created] = of("dsync.user.created");
  assert.deepEqual([created.object, created.id, created.directoryId, created.idpId, created.email, created.firstName, created.state, created.role], ["directory_user", kari.id, directory.id, "00u1", "kari@halden.example", "Kari", "active", { slug: "member" }]);
  assert.equal(created.rawAttributes.userName, "kari@halden.example");

  const [renamed, off] = of("dsync.user.updated");
  assert.deepEqual([renamed.firstName, renamed.previousAttributes.first_name], ["Karianne", "Kari"]);
  assert.deepEqual([off.state, off.previousAttributes.state, off.role], ["inactive", "active", undefined]);

  const [added] = of("dsync.group.user_added"), [removed] = of("dsync.group.user_removed");
  assert.deepEqual([added.directoryId, added.user.id, added.group.id, added.group.name], [directory.id, kari.id, deck.id, "Deck <1>"]);
  assert.deepEqual([removed.user.id, removed.group.name], [kari.id, "Bridge"]);

  const [group] = of("dsync.group.updated");
  assert.deepEqual([group.name, group.previousAttributes.name, group.idpId], ["Bridge", "Deck <1>", "00g1"]);
  assert.equal(of("dsync.deleted")[0].id, directory.id);
  assert.ok(!JSON.stringify(body).includes(directory.scim.token.value), "no event has the token");
});
