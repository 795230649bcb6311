import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, everything, openServer, password, walked } from "./server.mjs";

let server, workos, people;
before(async () => {
  server = await openServer();
  workos = server.client();
  people = workos.userManagement;
});
after(() => server?.close());

test("a person is made, found, changed and deleted", async () => {
  const email = address();
  const made = await people.createUser({
    email, password, firstName: "Ines", lastName: "Solberg", emailVerified: true, externalId: `crm:${email}`, metadata: { team: "blue" },
  });
  assert.match(made.id, /^user_[0-9A-Z]{26}$/);
  assert.equal(made.email, email);
  assert.equal(made.emailVerified, true);
  assert.deepEqual(made.metadata, { team: "blue" });
  assert.equal((await people.getUser(made.id)).externalId, `crm:${email}`);
  assert.equal((await people.getUserByExternalId(`crm:${email}`)).id, made.id);
  assert.deepEqual((await people.listUsers({ email: email.toUpperCase() })).data.map((u) => u.id), [made.id]);

  const changed = await people.updateUser({ userId: made.id, firstName: "Inez", metadata: { team: null, desk: "4" } });
  assert.equal(changed.firstName, "Inez");
  assert.equal(changed.lastName, "Solberg", "what is not sent stays");
  assert.deepEqual(changed.metadata, { desk: "4" });

  await people.deleteUser(made.id);
  await assert.rejects(people.getUser(made.id), { name: "NotFoundException", status: 404 });
});

test("a hash from elsewhere signs in, and a changed password does too", async () => {
  const email = address("import");
  const user = await people.createUser({
    email, emailVerified: true, passwordHashType: "bcrypt",
    passwordHash: "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", // of "U*U"
  });
  const signIn = (typed) => people.authenticateWithPassword({ clientId: server.clientId, email, password: typed });
  assert.equal((await signIn("U*U")).user.id, user.id);
  await people.updateUser({ userId: user.id, password });
  assert.equal((await signIn(password)).user.id, user.id);
  await assert.rejects(signIn("U*U"), (err) => err.status === 400 && err.code === "invalid_credentials");
});

test("a membership is made, changed, suspended, resumed and ended", async () => {
  const org = await workos.organizations.createOrganization({ name: "Halden Marine" });
  const [owner, user] = [await people.createUser({ email: address("owner") }), await people.createUser({ email: address() })];
  await people.createOrganizationMembership({ userId: owner.id, organizationId: org.id, roleSlug: "owner" });
  const made = await people.createOrganizationMembership({ userId: user.id, organizationId: org.id });
  assert.equal(made.role.slug, "member");
  assert.equal(made.status, "active");
  assert.equal(made.organizationName, "Halden Marine");
  assert.equal((await people.updateOrganizationMembership(made.id, { roleSlug: "admin" })).role.slug, "admin");
  assert.equal((await people.deactivateOrganizationMembership(made.id)).status, "inactive");
  const suspended = await people.listOrganizationMemberships({ organizationId: org.id, statuses: ["inactive", "pending"] });
  assert.deepEqual(suspended.data.map((m) => m.id), [made.id]);
  assert.equal((await people.reactivateOrganizationMembership(made.id)).status, "active");
  assert.deepEqual((await people.listUsers({ organizationId: org.id })).data.map((u) => u.id).toSorted(), [owner.id, user.id].toSorted());
  assert.equal((await people.getOrganizationMembership(made.id)).userId, user.id);
  await people.deleteOrganizationMembership(made.id);
  await assert.rejects(people.getOrganizationMembership(made.id), { name: "NotFoundException" });
});

test("a session is listed and ended, and its refresh token with it", async () => {
  const email = address("session");
  const user = await people.createUser({ email, password, emailVerified: true });
  const signedIn = await people.authenticateWithPassword({
    clientId: server.clientId, email, password, ipAddress: "203.0.113.9", userAgent: "Person's browser",
  });
  const [session] = (await people.listSessions(user.id)).data;
  assert.equal(session.userId, user.id);
  assert.equal(session.status, "active");
  assert.equal(session.authMethod, "password");
  assert.equal(session.ipAddress, "203.0.113.9");
  await people.revokeSession({ sessionId: session.id });
  assert.equal((await people.listSessions(user.id)).data[0].status, "revoked");
  await assert.rejects(people.authenticateWithRefreshToken({ clientId: server.clientId, refreshToken: signedIn.refreshToken }), {
    name: "OauthException",
    error: "invalid_grant",
  });
});

test("lists of people meet everybody once", async () => {
  const org = await workos.organizations.createOrganization({ name: "Many" });
  const made = [];
  for (let i = 0; i < 13; i++) {
    const user = await people.createUser({ email: address(`many${i}`) });
    await people.createOrganizationMembership({ userId: user.id, organizationId: org.id });
    made.push(user.id);
  }
  assert.deepEqual(await walked((page) => people.listUsers({ organizationId: org.id, limit: 5, ...page })), made.toReversed(), "newest first");
  const members = (await everything(people.listOrganizationMemberships({ organizationId: org.id, order: "asc" }))).map((m) => m.userId);
  assert.deepEqual(members, made);
});
