import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { address, openServer, password } from "./server.mjs";

let server, workos;
before(async () => {
  server = await openServer();
  workos = server.client();
});
after(() => server?.close());

// The client's classes are what applications catch: each comes from a status
// and a shape of the body, and each carries the request's id.
const nobody = "user_01ARZ3NDEKTSV4RRFFQ69G5FAV";
const cases = {
  "an unknown key": [() => server.client("sk_test_unknown_unknown_unknown").organizations.listOrganizations(), { name: "UnauthorizedException", status: 401 }],
  "an unknown id": [() => workos.userManagement.getUser(nobody), { name: "NotFoundException", status: 404 }],
  "a taken address": [
    async () => {
      const email = address("taken");
      await workos.userManagement.createUser({ email });
      await workos.userManagement.createUser({ email });
    },
    { name: "BadRequestException", status: 400, code: "user_creation_error" },
  ],
  "a weak password": [
    () => workos.userManagement.createUser({ email: address(), password: "password" }),
    { name: "BadRequestException", status: 400, code: "password_strength_error" },
  ],
  "a taken external id": [
    async () => {
      await workos.organizations.createOrganization({ name: "One", externalId: "twice" });
      await workos.organizations.createOrganization({ name: "Two", externalId: "twice" });
    },
    { name: "GenericServerException", status: 400, code: "external_id_already_used" },
  ],
  "a missing member": [() => workos.organizations.createOrganization({}), { name: "UnprocessableEntityException", status: 422 }],
  "a wrong type": [() => workos.organizations.createOrganization({ name: 7 }), { name: "UnprocessableEntityException", status: 422 }],
  "a tampered cursor": [() => workos.userManagement.listUsers({ after: `${nobody}x` }), { name: "UnprocessableEntityException", status: 422 }],
  "a limit out of bounds": [() => workos.userManagement.listUsers({ limit: 1000 }), { name: "UnprocessableEntityException", status: 422 }],
  "memberships of nobody in particular": [
    () => workos.userManagement.listOrganizationMemberships({}),
    { name: "GenericServerException", status: 400, code: "missing_user_id_or_organization_id" },
  ],
};

for (const [name, [act, want]] of Object.entries(cases)) {
  test(`${name} is a ${want.name}`, async () => {
    await assert.rejects(act, (err) => {
      for (const [member, value] of Object.entries(want)) assert.equal(err[member], value, `${member} of ${err}`);
      assert.match(err.requestID, /^req_/, "the request can be found in the log");
      assert.ok(err.message, "there is a sentence");
      return true;
    });
  });
}

test("a member that is already there is a ConflictException", async () => {
  const org = await workos.organizations.createOrganization({ name: "Halden" });
  const user = await workos.userManagement.createUser({ email: address() });
  const join = () => workos.userManagement.createOrganizationMembership({ userId: user.id, organizationId: org.id });
  await join();
  await assert.rejects(join, { name: "ConflictException", status: 409 });
});

test("the same Idempotency-Key has one effect", async () => {
  const key = randomUUID();
  const make = () => workos.organizations.createOrganization({ name: "Once" }, { idempotencyKey: key });
  const [first, second] = [await make(), await make()];
  assert.equal(first.id, second.id);
});

test("no answer and no log holds the password", async () => {
  const user = await workos.userManagement.createUser({ email: address("secret"), password });
  assert.ok(!JSON.stringify(user).includes(password));
  assert.ok(!server.log().includes(password));
  assert.ok(!server.log().includes(server.apiKey), "keys are printed where they were generated, never where they were given");
});
