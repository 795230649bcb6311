import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { codeOf, linkOf } from "../browser/harness/mail.mjs";
import { address, openServer, password } from "./server.mjs";

let server, workos, people;
before(async () => {
  server = await openServer({ mails: true });
  workos = server.client();
  people = workos.userManagement;
});
after(() => server?.close());

const another = (code) => (code === "000000" ? "000001" : "000000");
const refused = (code, status = 400) => (err) => err.status === status && (err.code === code || err.error === code);

// What an application is told of a proof that a person's mail began, it finds
// in the log: the answer to the request has the person alone.
async function newestProof(type, userId) {
  const { body } = await server.call("GET", `/audit_logs/events?actions=${type}&limit=100`);
  return body.data.map((entry) => entry.data ?? entry).find((proof) => proof.user_id === userId)?.id;
}

test("an address is proven by its mailed code, once", async () => {
  const email = address("verify");
  const made = await people.createUser({ email });
  assert.equal(made.emailVerified, false);
  const { user } = await people.sendVerificationEmail({ userId: made.id });
  assert.equal(user.id, made.id);
  const code = codeOf(await server.mail.next(email));
  await assert.rejects(people.verifyEmail({ userId: made.id, code: another(code) }), refused("email_verification_code_incorrect"));
  const proven = await people.verifyEmail({ userId: made.id, code });
  assert.equal(proven.user.emailVerified, true);
  assert.equal((await people.getUser(made.id)).emailVerified, true);
  await assert.rejects(people.verifyEmail({ userId: made.id, code }), (err) => err.status === 400);
  await assert.rejects(people.sendVerificationEmail({ userId: made.id }), refused("email_already_verified"));
});

test("an application that mails by itself reads the code of a verification", async () => {
  await server.call("PUT", "/user_management/authentication_settings", { send_email_verification: false });
  try {
    const email = address("own");
    const made = await people.createUser({ email });
    await people.sendVerificationEmail({ userId: made.id });
    const id = await newestProof("email_verification.created", made.id);
    const proof = await people.getEmailVerification(id);
    assert.equal(proof.userId, made.id);
    assert.match(proof.code, /^\d{6}$/);
    assert.equal(await server.mail.count(email), 0, "nothing is mailed beside it");
    assert.equal((await people.verifyEmail({ userId: made.id, code: proof.code })).user.emailVerified, true);
    await assert.rejects(people.getEmailVerification("email_verification_01ARZ3NDEKTSV4RRFFQ69G5FAV"), { name: "NotFoundException" });
  } finally {
    await server.call("PUT", "/user_management/authentication_settings", { send_email_verification: true });
  }
});

test("mails about one address are limited, and the client is told when to come back", async () => {
  const made = await people.createUser({ email: address("many") });
  const statuses = [];
  for (let i = 0; i < 4; i++) {
    const answer = await server.call("POST", `/user_management/users/${made.id}/email_verification/send`);
    statuses.push(answer.status);
  }
  assert.deepEqual(statuses, [200, 200, 200, 429]);
});

test("an address is changed by the code that the new mailbox gets", async () => {
  const [before, email] = [address("before"), address("after")];
  const made = await people.createUser({ email: before, emailVerified: true });
  const path = `/user_management/users/${made.id}/email_change`;
  assert.equal((await server.call("POST", `${path}/confirm`, { code: "123456" })).body.code, "no_pending_email_change");
  const sent = await server.call("POST", `${path}/send`, { new_email: email });
  assert.equal(sent.status, 200, JSON.stringify(sent.body));
  assert.equal(sent.body.object, "email_change");
  assert.equal(sent.body.new_email, email);
  assert.equal(sent.body.user.email, before, "it is not changed yet");
  assert.ok(sent.body.expires_at && sent.body.created_at);
  const code = codeOf(await server.mail.next(email));
  assert.ok(!JSON.stringify(sent.body).includes(code), "the answer does not prove the mailbox");
  const wrong = await server.call("POST", `${path}/confirm`, { code: another(code) });
  assert.deepEqual([wrong.status, wrong.body.code], [400, "email_change_code_incorrect"]);
  const done = await server.call("POST", `${path}/confirm`, { code });
  assert.equal(done.status, 200, JSON.stringify(done.body));
  assert.equal(done.body.object, "email_change_confirmation");
  assert.equal(done.body.user.email, email);
  assert.equal((await people.getUser(made.id)).emailVerified, true);
  const told = await server.mail.next(before);
  linkOf(told, "/login/not-me/");
  for (const [body, status, error] of [[{ new_email: email }, 409, "email_change_not_needed"], [{ new_email: "no address" }, 422, "invalid_email"]]) {
    const answer = await server.call("POST", `${path}/send`, body);
    assert.deepEqual([answer.status, answer.body.code], [status, error]);
  }
  const taken = await people.createUser({ email: address("taken") });
  assert.equal((await server.call("POST", `${path}/send`, { new_email: taken.email })).body.code, "email_not_available");
});

test("a password is reset by its token, once, and what was signed in ends", async () => {
  const email = address("reset");
  const made = await people.createUser({ email, password, emailVerified: true });
  const signedIn = await people.authenticateWithPassword({ clientId: server.clientId, email, password });
  const reset = await people.createPasswordReset({ email });
  assert.equal(reset.userId, made.id);
  assert.equal(reset.passwordResetUrl, linkOf(await server.mail.next(email), "/login/password/reset/"));
  assert.ok(reset.passwordResetUrl.startsWith(server.url) && reset.passwordResetUrl.endsWith(reset.passwordResetToken));
  const read = await people.getPasswordReset(reset.id);
  assert.equal(read.passwordResetToken, reset.passwordResetToken);
  await assert.rejects(people.resetPassword({ token: reset.passwordResetToken, newPassword: "password" }), { name: "BadRequestException", code: "password_strength_error" });
  const newPassword = "quiet lantern orchard 58 gulls";
  const { user } = await people.resetPassword({ token: reset.passwordResetToken, newPassword });
  assert.equal(user.id, made.id);
  await assert.rejects(people.resetPassword({ token: reset.passwordResetToken, newPassword }), { name: "NotFoundException" });
  await assert.rejects(people.authenticateWithRefreshToken({ clientId: server.clientId, refreshToken: signedIn.refreshToken }), { error: "invalid_grant" });
  await assert.rejects(people.authenticateWithPassword({ clientId: server.clientId, email, password }), refused("invalid_credentials"));
  assert.equal((await people.authenticateWithPassword({ clientId: server.clientId, email, password: newPassword })).user.id, made.id);
  await assert.rejects(people.createPasswordReset({ email: address("nobody") }), { name: "NotFoundException" });
  await assert.rejects(people.getPasswordReset("password_reset_01ARZ3NDEKTSV4RRFFQ69G5FAV"), { name: "NotFoundException" });
});

test("a code to an unknown address makes the account, which is not proven by asking", async () => {
  const email = address("magic");
  const magic = await people.createMagicAuth({ email });
  assert.match(magic.id, /^magic_auth_[0-9A-Z]{26}$/);
  assert.equal(magic.code, codeOf(await server.mail.next(email)));
  assert.ok(Date.parse(magic.expiresAt) > Date.now());
  assert.equal((await people.getMagicAuth(magic.id)).code, magic.code);
  const made = await people.getUser(magic.userId);
  assert.deepEqual([made.email, made.emailVerified], [email, false]);
  const second = await people.createMagicAuth({ email: email.toUpperCase() });
  assert.equal(second.userId, magic.userId, "addresses compare without regard to case");
  await assert.rejects(people.getMagicAuth("magic_auth_01ARZ3NDEKTSV4RRFFQ69G5FAV"), { name: "NotFoundException" });
});

test("a mailed code signs in, once, and proves the address", async () => {
  const email = address("signin");
  const magic = await people.createMagicAuth({ email });
  const signIn = (code) => people.authenticateWithMagicAuth({ clientId: server.clientId, email, code });
  await assert.rejects(signIn(another(magic.code)), (err) => err.status === 400);
  const signedIn = await signIn(magic.code);
  assert.equal(signedIn.user.id, magic.userId);
  assert.equal(signedIn.user.emailVerified, true);
  assert.equal(signedIn.authenticationMethod, "MagicAuth");
  await assert.rejects(signIn(magic.code), (err) => err.status === 400);
});

test("where nobody signs up, a code to an unknown address is refused", async () => {
  await server.call("PUT", "/user_management/authentication_settings", { sign_up: false });
  try {
    await assert.rejects(people.createMagicAuth({ email: address("stranger") }), { name: "OauthException", error: "sign_up_not_allowed" });
  } finally {
    await server.call("PUT", "/user_management/authentication_settings", { sign_up: true });
  }
});

test("no log of the server holds a code or a link", async () => {
  const email = address("quiet");
  const magic = await people.createMagicAuth({ email });
  await server.mail.next(email);
  assert.ok(!server.log().includes(magic.code));
});
