import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, openServer, walked } from "./server.mjs";

let server, workos, people, org;
before(async () => {
  server = await openServer();
  workos = server.client();
  people = workos.userManagement;
  org = await workos.organizations.createOrganization({ name: "Halden Marine" });
});
after(() => server?.close());

const refused = (code) => (e) => {
  assert.equal(e.status, 400, e.message);
  assert.equal(e.code ?? e.rawData?.code, code);
  return true;
};

test("somebody is invited, found by id, token and address, and accepted for", async () => {
  const email = address("sofie");
  const inviter = await people.createUser({ email: address(), emailVerified: true });
  await people.createOrganizationMembership({ userId: inviter.id, organizationId: org.id, roleSlug: "admin" });
  const made = await people.sendInvitation({ email, organizationId: org.id, expiresInDays: 3, inviterUserId: inviter.id, roleSlug: "admin" });
  assert.match(made.id, /^invitation_[0-9A-Z]{26}$/);
  assert.equal(made.object, "invitation");
  assert.equal(made.state, "pending");
  assert.equal(made.organizationId, org.id);
  assert.equal(made.inviterUserId, inviter.id);
  assert.equal(made.acceptedAt, null);
  assert.equal(made.revokedAt, null);
  assert.equal(made.acceptInvitationUrl, `${server.url}/invite/${made.token}`);
  const days = (Date.parse(made.expiresAt) - Date.parse(made.createdAt)) / 86_400_000;
  assert.ok(Math.abs(days - 3) < 0.01, `${days} days`);

  assert.deepEqual(await people.getInvitation(made.id), made);
  assert.deepEqual(await people.findInvitationByToken(made.token), made);
  assert.deepEqual((await people.listInvitations({ email: email.toUpperCase() })).data.map((i) => i.id), [made.id]);

  await assert.rejects(people.acceptInvitation(made.id), refused("invalid_invite")); // nobody has the address
  const sofie = await people.createUser({ email, emailVerified: true });
  const accepted = await people.acceptInvitation(made.id);
  assert.equal(accepted.state, "accepted");
  assert.equal(accepted.acceptedUserId, sofie.id);
  const [membership] = (await people.listOrganizationMemberships({ userId: sofie.id })).data;
  assert.equal(membership.organizationId, org.id);
  assert.equal(membership.role.slug, "admin");
  await assert.rejects(people.acceptInvitation(made.id), refused("invite_has_accepted_user_id"));
  await assert.rejects(people.revokeInvitation(made.id), refused("invite_not_pending"));
});

test("an invitation is sent again by a new link, and revoked", async () => {
  const made = await people.sendInvitation({ email: address("kim") });
  assert.equal(made.organizationId, null);
  const again = await people.resendInvitation(made.id);
  assert.equal(again.id, made.id);
  assert.notEqual(again.token, made.token);
  await assert.rejects(people.findInvitationByToken(made.token), { name: "NotFoundException", status: 404 });
  assert.equal((await people.findInvitationByToken(again.token)).id, made.id);
  assert.equal((await people.revokeInvitation(made.id)).state, "revoked");
  await assert.rejects(people.resendInvitation(made.id), refused("invite_revoked"));
  await assert.rejects(people.acceptInvitation(made.id), refused("invite_not_pending"));
});

test("what cannot be invited is refused in the codes that applications know", async () => {
  const email = address("noor");
  await people.sendInvitation({ email, organizationId: org.id });
  await assert.rejects(people.sendInvitation({ email, organizationId: org.id }), refused("email_already_invited_to_organization"));
  const member = await people.createUser({ email: address("mara") });
  await people.createOrganizationMembership({ userId: member.id, organizationId: org.id });
  await assert.rejects(people.sendInvitation({ email: member.email, organizationId: org.id }), refused("user_already_organization_member"));
  await assert.rejects(people.sendInvitation({ email: member.email }), refused("user_already_exists"));
  await assert.rejects(people.sendInvitation({ email: address(), organizationId: org.id, expiresInDays: 31 }), refused("expires_in_days_too_long"));
  await assert.rejects(people.sendInvitation({ email: address(), organizationId: org.id, roleSlug: "emperor" }), refused("invalid_role"));
  await assert.rejects(people.getInvitation("invitation_01ARZ3NDEKTSV4RRFFQ69G5FAV"), { name: "NotFoundException", status: 404 });
});

test("every invitation of an organization is met once, page by page", async () => {
  const own = await workos.organizations.createOrganization({ name: "Nordby Kraft" });
  const made = [];
  for (let i = 0; i < 7; i++) made.push((await people.sendInvitation({ email: address(`p${i}`), organizationId: own.id })).id);
  assert.deepEqual(await walked((cursor) => people.listInvitations({ organizationId: own.id, limit: 3, ...cursor })), made.reverse());
});
