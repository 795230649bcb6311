import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, openServer, password } from "./server.mjs";
import { totp } from "./totp.mjs";

let server, workos, people;
before(async () => {
  server = await openServer();
  workos = server.client();
  people = workos.userManagement;
});
after(() => server?.close());

const clientId = () => server.clientId;
const signIn = (email, more = {}) => people.authenticateWithPassword({ clientId: clientId(), email, password, ...more });
const another = (code) => (code === "000000" ? "000001" : "000000");

// pending wants the client's typed exception, and gives it.
async function pending(promise, code) {
  const err = await promise.then(() => assert.fail("it was let in"), (err) => err);
  assert.equal(err.name, "AuthenticationException", `${err.name}: ${err.message}`);
  assert.equal(err.code, code);
  assert.ok(err.requestID);
  assert.ok(err.pendingAuthenticationToken);
  return err;
}

async function member(...names) {
  const email = address();
  const user = await people.createUser({ email, password, emailVerified: true });
  const organizations = [];
  for (const name of names) {
    const organization = await workos.organizations.createOrganization({ name });
    await people.createOrganizationMembership({ userId: user.id, organizationId: organization.id });
    organizations.push(organization);
  }
  return { email, user, organizations };
}

const policy = async (organization, body) => {
  const answer = await server.call("PUT", `/organizations/${organization.id}/policy`, { allowed_authentication_methods: [], sso_required: false, mfa_required: false, jit_from_verified_domains: false, ...body });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
};

const enrol = (user) => workos.multiFactorAuth.createUserAuthFactor({ userId: user.id, type: "totp", totpIssuer: "Fieldnote", totpUser: user.email });
const second = (err, challenge, code) => people.authenticateWithTotp({
  clientId: clientId(), pendingAuthenticationToken: err.pendingAuthenticationToken, authenticationChallengeId: challenge.id, code,
});

test("an address is proven on the way in, by the code of the answer's verification", async () => {
  const email = address();
  await people.createUser({ email, password });
  const err = await pending(signIn(email), "email_verification_required");
  assert.equal(err.rawData.email, email);
  const proof = await people.getEmailVerification(err.rawData.email_verification_id);
  const go = (code) => people.authenticateWithEmailVerification({ clientId: clientId(), pendingAuthenticationToken: err.pendingAuthenticationToken, code });
  await assert.rejects(go(another(proof.code)), { status: 400, code: "invalid_one_time_code" });
  const signedIn = await go(proof.code);
  assert.equal(signedIn.user.emailVerified, true);
  assert.equal(signedIn.authenticationMethod, "Password");
  await assert.rejects(go(proof.code), { status: 400, code: "invalid_pending_authentication_token" });
});

test("a second step is enrolled where the organization asks for one, and asked for from then on", async () => {
  const { email, user, organizations } = await member("Halden Marine");
  await policy(organizations[0], { mfa_required: true });
  const must = await pending(signIn(email), "mfa_enrollment");
  assert.equal(must.rawData.user.id, user.id);
  const { authenticationFactor: factor, authenticationChallenge } = await enrol(user);
  await assert.rejects(second(must, authenticationChallenge, another(totp(factor.totp.secret))), { status: 400, code: "invalid_one_time_code" });
  const signedIn = await second(must, authenticationChallenge, totp(factor.totp.secret));
  assert.equal(signedIn.organizationId, organizations[0].id);

  const asked = await pending(signIn(email), "mfa_challenge");
  assert.deepEqual(asked.rawData.authentication_factors, [{ id: factor.id, type: "totp" }]);
  const challenge = await workos.multiFactorAuth.challengeFactor({ authenticationFactorId: factor.id });
  const again = await second(asked, challenge, totp(factor.totp.secret, 1));
  assert.equal(again.user.id, user.id);

  const stranger = await member();
  const own = await enrol(stranger.user);
  const third = await pending(signIn(email), "mfa_challenge");
  await assert.rejects(second(third, own.authenticationChallenge, totp(own.authenticationFactor.totp.secret)), { status: 400, code: "user_mismatch" });
});

test("who belongs to several organizations chooses, and may choose again where one asks for more", async () => {
  const { email, user, organizations: [one, two] } = await member("Fieldnote", "Halden Marine");
  await policy(two, { mfa_required: true });
  const err = await pending(signIn(email), "organization_selection_required");
  assert.deepEqual(new Set(err.rawData.organizations.map((o) => o.name)), new Set(["Fieldnote", "Halden Marine"]));
  const choose = (organizationId) => people.authenticateWithOrganizationSelection({ clientId: clientId(), pendingAuthenticationToken: err.pendingAuthenticationToken, organizationId });
  await assert.rejects(choose("org_01ARZ3NDEKTSV4RRFFQ69G5FAV"), { status: 400, code: "invalid_organization_id" });
  await pending(choose(two.id), "mfa_enrollment");
  const signedIn = await choose(one.id);
  assert.equal(signedIn.organizationId, one.id);

  // The switch to the stricter one steps up, and goes on in the same session.
  const { authenticationFactor: factor, authenticationChallenge } = await enrol(user);
  const refresh = (refreshToken, organizationId) => people.authenticateWithRefreshToken({ clientId: clientId(), refreshToken, organizationId });
  const stop = await pending(refresh(signedIn.refreshToken, two.id), "mfa_enrollment");
  const moved = await second(stop, authenticationChallenge, totp(factor.totp.secret));
  assert.equal(moved.organizationId, two.id);
  const sid = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url")).sid;
  assert.equal(sid(moved.accessToken), sid(signedIn.accessToken));
  assert.equal((await refresh(moved.refreshToken)).organizationId, two.id);
});

test("what an organization refuses comes as the client's own exceptions", async () => {
  const { email, organizations: [there] } = await member("Halden Marine");
  await policy(there, { allowed_authentication_methods: ["magic_auth"] });
  await assert.rejects(signIn(email), (err) => {
    assert.equal(err.name, "OauthException");
    assert.equal(err.error, "organization_authentication_methods_required");
    assert.equal(err.rawData.auth_methods.magic_auth, true);
    assert.equal(err.rawData.auth_methods.password, false);
    return true;
  });
  const magic = await people.createMagicAuth({ email });
  const byCode = await people.authenticateWithMagicAuth({ clientId: clientId(), email, code: magic.code });
  assert.equal(byCode.organizationId, there.id);

  const rescuer = await people.createUser({ email: address("mara"), emailVerified: true });
  await people.createOrganizationMembership({ userId: rescuer.id, organizationId: there.id });
  await policy(there, { sso_required: true, break_glass_user_ids: [rescuer.id] });
  const sso = await pending(signIn(email), "sso_required");
  assert.deepEqual(sso.rawData.connection_ids, []);
  await policy(there, { ip_allow_list: ["192.0.2.0/24"] });
  await assert.rejects(signIn(email, { ipAddress: "198.51.100.9" }), { status: 403, code: "ip_not_allowed" });
  assert.equal((await signIn(email, { ipAddress: "192.0.2.9" })).organizationId, there.id);
});

test("an invitation comes in with the sign-in", async () => {
  const { email } = await member();
  const organization = await workos.organizations.createOrganization({ name: "Halden Marine" });
  const invitation = await people.sendInvitation({ email, organizationId: organization.id });
  const signedIn = await signIn(email, { invitationToken: invitation.token });
  assert.equal(signedIn.organizationId, organization.id);
  assert.equal((await people.getInvitation(invitation.id)).state, "accepted");
  await assert.rejects(signIn(email, { invitationToken: invitation.token }), { name: "OauthException", error: "invitation_invalid" });
});

// browse is a person's browser without script: it keeps cookies and follows
// redirects to pages of this server.
function browse() {
  const cookies = new Map();
  return async function visit(path, form) {
    for (let hops = 0; hops < 10; hops++) {
      const answer = await fetch(server.url + path, {
        redirect: "manual", method: form ? "POST" : "GET", body: form && new URLSearchParams(form),
        headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      });
      for (const line of answer.headers.getSetCookie()) {
        const [pair] = line.split(";");
        cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
      }
      const to = answer.headers.get("location");
      if (!to) return { status: answer.status, path, text: await answer.text() };
      [path, form] = [to, undefined];
    }
    assert.fail("redirects without end");
  };
}

test("a device is connected by the code that it shows", async () => {
  const { email, organizations: [organization] } = await member("Halden Marine");
  const post = async (path, form) => {
    const answer = await fetch(server.url + path, { method: "POST", body: new URLSearchParams({ client_id: clientId(), ...form }) });
    return { status: answer.status, body: await answer.json() };
  };
  const begun = await post("/user_management/authorize/device", {});
  assert.equal(begun.status, 200, JSON.stringify(begun.body));
  assert.match(begun.body.user_code, /^[B-Z]{4}-[B-Z]{4}$/);
  const poll = () => post("/user_management/authenticate", { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: begun.body.device_code });
  const waits = await poll();
  assert.deepEqual([waits.status, waits.body.error], [400, "authorization_pending"]);
  assert.equal((await poll()).body.error, "slow_down");

  const visit = browse();
  const filledIn = await visit(begun.body.verification_uri_complete.slice(server.url.length));
  assert.ok(filledIn.text.includes(begun.body.user_code));
  const flow = (page) => new URL(page.path, server.url).searchParams.get("flow");
  const asked = await visit("/device", { user_code: begun.body.user_code });
  assert.equal(asked.status, 200);
  const next = await visit("/login", { flow: flow(asked), email });
  const confirm = await visit("/login/password", { flow: flow(next), password });
  assert.match(confirm.path, /^\/device\/device_/);
  assert.ok(confirm.text.includes("Halden Marine"));
  const other = await browse()(confirm.path, { decision: "approve" });
  assert.equal(other.status, 403, "another browser decides nothing");
  assert.equal((await visit(confirm.path, { decision: "approve" })).status, 200);

  const connected = await poll();
  assert.equal(connected.status, 200, JSON.stringify(connected.body));
  assert.deepEqual([connected.body.user.email, connected.body.organization_id], [email, organization.id]);
  assert.equal((await poll()).body.error, "invalid_grant");
});
