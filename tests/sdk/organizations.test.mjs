import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { address, everything, openServer } from "./server.mjs";

let server, workos;
before(async () => {
  server = await openServer();
  workos = server.client();
});
after(() => server?.close());

test("an organization is made, found, changed and deleted", async () => {
  const externalId = `halden/${randomBytes(4).toString("hex")}`;
  const made = await workos.organizations.createOrganization({
    name: "Halden Marine",
    externalId,
    metadata: { tier: "gold", size: "12" },
    domainData: [{ domain: "haldenmarine.example", state: "verified" }],
  });
  assert.match(made.id, /^org_[0-9A-Z]{26}$/);
  assert.equal(made.object, "organization");
  assert.deepEqual(made.metadata, { tier: "gold", size: "12" });
  assert.deepEqual(made.domains.map((d) => [d.domain, d.state, d.verificationStrategy]), [["haldenmarine.example", "verified", "manual"]]);
  assert.match(made.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

  assert.deepEqual(await workos.organizations.getOrganization(made.id), made);
  assert.deepEqual(await workos.organizations.getOrganizationByExternalId(externalId), made);
  const listed = await workos.organizations.listOrganizations({ domains: ["haldenmarine.example", "nobody.example"] });
  assert.deepEqual(listed.data.map((o) => o.id), [made.id]);

  const changed = await workos.organizations.updateOrganization({ organization: made.id, name: "Halden", metadata: { tier: null, desk: "4" } });
  assert.equal(changed.name, "Halden");
  assert.deepEqual(changed.metadata, { size: "12", desk: "4" });
  assert.equal(changed.externalId, externalId, "what is not sent stays");

  await workos.organizations.deleteOrganization(made.id);
  await assert.rejects(workos.organizations.getOrganization(made.id), { name: "NotFoundException", status: 404 });
});

test("a domain is claimed, read and given up", async () => {
  const org = await workos.organizations.createOrganization({ name: "Nordby Kraft" });
  const domain = await workos.organizationDomains.createOrganizationDomain({ organizationId: org.id, domain: "Nordby.example" });
  assert.equal(domain.domain, "nordby.example");
  assert.equal(domain.state, "pending");
  assert.ok(domain.verificationToken && domain.verificationPrefix);
  assert.equal((await workos.organizationDomains.getOrganizationDomain(domain.id)).id, domain.id);
  await assert.rejects(workos.organizationDomains.createOrganizationDomain({ organizationId: org.id, domain: "nordby.example" }), {
    name: "ConflictException",
    status: 409,
  });
  await workos.organizationDomains.deleteOrganizationDomain(domain.id);
  await assert.rejects(workos.organizationDomains.getOrganizationDomain(domain.id), { name: "NotFoundException" });
});

test("autoPagination meets every organization once, in both directions", async () => {
  const made = new Set();
  // a page of autoPagination has 100
  for (let i = 0; i < 105; i++) made.add((await workos.organizations.createOrganization({ name: `Paged ${i}` })).id);
  for (const order of ["asc", "desc"]) {
    const met = (await everything(workos.organizations.listOrganizations({ order }))).map((o) => o.id);
    assert.equal(new Set(met).size, met.length, "nothing comes twice");
    assert.ok([...made].every((id) => met.includes(id)), "nothing is left out");
    assert.deepEqual(met, order === "asc" ? met.toSorted() : met.toSorted().toReversed());
  }
  const first = await workos.organizations.listOrganizations({ limit: 5 });
  const second = await workos.organizations.listOrganizations({ limit: 5, after: first.listMetadata.after });
  const back = await workos.organizations.listOrganizations({ limit: 5, before: second.listMetadata.before });
  assert.deepEqual(back.data.map((o) => o.id), first.data.map((o) => o.id));
});

test("roles are listed for the deployment and for an organization", async () => {
  const org = await workos.organizations.createOrganization({ name: "Roles" });
  const shared = await workos.authorization.listEnvironmentRoles();
  assert.deepEqual(shared.data.map((r) => r.slug), ["owner", "admin", "member"]);
  assert.deepEqual((await workos.authorization.listOrganizationRoles(org.id)).data.map((r) => r.slug), ["owner", "admin", "member"]);
  assert.equal((await workos.authorization.getEnvironmentRole("member")).type, "EnvironmentRole");
});

test("an organization's key sees that organization alone", async () => {
  const [own, other] = [await workos.organizations.createOrganization({ name: "Own" }), await workos.organizations.createOrganization({ name: "Other" })];
  const answer = await workos.post("/api_keys", { name: "CI", organization_id: own.id });
  const narrow = server.client(answer.data.value);
  assert.deepEqual((await narrow.organizations.listOrganizations()).data.map((o) => o.id), [own.id]);
  await assert.rejects(narrow.organizations.getOrganization(other.id), { name: "NotFoundException" });
  await assert.rejects(narrow.userManagement.createUser({ email: address() }), { status: 403 });
});
