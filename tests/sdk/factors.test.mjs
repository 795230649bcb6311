import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, openServer } from "./server.mjs";
import { totp } from "./totp.mjs";

let server, workos;
before(async () => {
  server = await openServer();
  workos = server.client();
});
after(() => server?.close());

const another = (code) => (code === "000000" ? "000001" : "000000");
const verify = (challenge, code) => workos.multiFactorAuth.verifyChallenge({ authenticationChallengeId: challenge.id, code });

test("a person's authenticator app is enrolled, asked, listed and removed", async () => {
  const email = address("totp");
  const user = await workos.userManagement.createUser({ email });
  const { authenticationFactor: factor, authenticationChallenge: challenge } = await workos.multiFactorAuth.createUserAuthFactor({
    userId: user.id, type: "totp", totpIssuer: "Fieldnote", totpUser: email,
  });
  assert.match(factor.id, /^auth_factor_[0-9A-Z]{26}$/);
  assert.equal(factor.type, "totp");
  assert.equal(factor.userId, user.id);
  assert.ok(factor.totp.qrCode.startsWith("data:image/png;base64,"));
  const uri = new URL(factor.totp.uri);
  assert.equal(uri.searchParams.get("secret"), factor.totp.secret);
  assert.equal(uri.searchParams.get("issuer"), "Fieldnote");
  assert.equal(challenge.authenticationFactorId, factor.id);

  const wrong = await verify(challenge, another(totp(factor.totp.secret)));
  assert.equal(wrong.valid, false, "a wrong code is an answer, no error");
  assert.equal(wrong.challenge.id, challenge.id);
  const code = totp(factor.totp.secret);
  assert.equal((await verify(challenge, code)).valid, true);
  await assert.rejects(verify(challenge, code), { name: "UnprocessableEntityException", status: 422 });

  const again = await workos.multiFactorAuth.challengeFactor({ authenticationFactorId: factor.id });
  assert.equal(again.authenticationFactorId, factor.id);
  assert.equal((await verify(again, code)).valid, false, "a code works once");
  assert.equal((await verify(again, totp(factor.totp.secret, 1))).valid, true, "a clock may run one step fast");

  const listed = await workos.multiFactorAuth.listUserAuthFactors({ userId: user.id });
  assert.deepEqual(listed.data.map((f) => f.id), [factor.id]);
  assert.ok(!JSON.stringify(listed.data).includes(factor.totp.secret), "the secret is told once");
  const read = await workos.multiFactorAuth.getFactor(factor.id);
  assert.equal(read.totp.issuer, "Fieldnote");
  assert.ok(!JSON.stringify(read).includes(factor.totp.secret));
  await workos.multiFactorAuth.deleteFactor(factor.id);
  await assert.rejects(workos.multiFactorAuth.getFactor(factor.id), { name: "NotFoundException" });
  await assert.rejects(workos.multiFactorAuth.challengeFactor({ authenticationFactorId: factor.id }), { name: "NotFoundException" });
  await assert.rejects(verify(again, "123456"), { name: "NotFoundException" });
});

test("an application enrols a factor for somebody whom it knows itself", async () => {
  const factor = await workos.multiFactorAuth.enrollFactor({ type: "totp", issuer: "Fieldnote", user: "somebody" });
  assert.equal(factor.type, "totp");
  assert.ok(factor.totp.secret && factor.totp.uri);
  const challenge = await workos.multiFactorAuth.challengeFactor({ authenticationFactorId: factor.id });
  assert.ok(Date.parse(challenge.expiresAt) > Date.now());
  assert.equal((await verify(challenge, totp(factor.totp.secret))).valid, true);
  const generic = await workos.multiFactorAuth.enrollFactor({ type: "generic_otp" });
  assert.equal(generic.type, "generic_otp");
});

test("guesses at a challenge run out", async () => {
  const factor = await workos.multiFactorAuth.enrollFactor({ type: "totp", issuer: "Fieldnote", user: "guessed" });
  const challenge = await workos.multiFactorAuth.challengeFactor({ authenticationFactorId: factor.id });
  const wrong = another(totp(factor.totp.secret));
  let last;
  for (let i = 0; i < 20; i++) {
    last = await server.call("POST", `/auth/challenges/${challenge.id}/verify`, { code: wrong });
    if (last.status !== 201) break;
    assert.equal(last.body.valid, false);
  }
  assert.ok([400, 429].includes(last.status), `guessing goes on: ${last.status}`);
  assert.ok(["one_time_code_too_many_attempts", "too_many_attempts"].includes(last.body.code), last.body.code);
});

test("what cannot be enrolled is refused by its member", async () => {
  const cases = [
    [{ type: "sms", phoneNumber: "+4721000000" }, "sms_not_available"],
    [{ type: "telepathy" }, "invalid_factor_type"],
  ];
  for (const [options, code] of cases) {
    await assert.rejects(workos.multiFactorAuth.enrollFactor(options), { name: "UnprocessableEntityException", code });
  }
  await assert.rejects(
    workos.multiFactorAuth.createUserAuthFactor({ userId: "user_01ARZ3NDEKTSV4RRFFQ69G5FAV", type: "totp" }),
    { name: "NotFoundException" },
  );
});
