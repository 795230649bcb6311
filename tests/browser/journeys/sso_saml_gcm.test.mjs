// A company whose provider encrypts as providers do today: AES-GCM, by the npm
// library samlify.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { openCompany, privateTargets, refusedBy, signInAt, walker } from "../harness/company.mjs";
import { people } from "../harness/providers/people.mjs";
import { defaults } from "../harness/providers/samlify-messages.mjs";
import { startSamlify } from "../harness/providers/samlify.mjs";
import { openStage } from "../harness/stage.mjs";
import { giveEmail, onDashboard, openSignIn } from "../harness/steps.mjs";

const { ines, jonas } = people;
const closers = [];
let stage, provider, connection, walk;
before(async () => {
  stage = await openStage({ env: privateTargets });
  provider = await startSamlify(closers);
  const company = await openCompany(stage);
  connection = await company.connect("GenericSAML", { name: "Halden ID", saml: { metadata_url: provider.metadataUrl, want_encrypted_assertions: true } });
  await provider.setServiceProvider(connection.serviceProvider);
  walk = walker(stage, provider);
});
beforeEach(() => provider.configure({ ...defaults, encrypt: true }));
after(async () => {
  for (const close of closers.reverse()) await close();
  await stage?.close();
});

// start is the way to the connection; who signs in there is let in, or not.
async function start(page, person, url = connection.startUrl) {
  await page.goto(url);
  await signInAt(page, provider, person);
}

// answers collects the responses that the browser carries.
function answers(page) {
  const all = [];
  page.on("request", (r) => r.url() === connection.acsUrl && all.push(Buffer.from(new URLSearchParams(r.postData()).get("SAMLResponse"), "base64").toString()));
  return all;
}

for (const [bits, signs] of [["128", "sha256"], ["256", "sha512"]]) {
  // If this breaks, companies whose providers encrypt are kept out.
  test(`encrypted by AES-${bits}-GCM, signed by RSA with ${signs.toUpperCase()}`, async () => {
    await provider.configure({ encryption: `http://www.w3.org/2009/xmlenc11#aes${bits}-gcm`, signatureAlgorithm: `http://www.w3.org/2001/04/xmldsig-more#rsa-${signs}` });
    await walk(async (_, page) => {
      const sent = answers(page);
      await start(page, ines);
      await onDashboard(page, stage.app, ines);
      assert.match(sent[0], new RegExp(`EncryptedAssertion[^]*aes${bits}-gcm`));
      assert.match(sent[0], new RegExp(`rsa-${signs}`));
      assert.doesNotMatch(sent[0], /ines\.solberg/);
    });
  });
}

// If this breaks, a connection that asks for encryption takes what everybody can read.
test("what is not encrypted is refused where the connection asks for that", async () => {
  await provider.configure({ encrypt: false });
  await walk(async (visitor, page) => {
    await start(page, jonas);
    const attempt = await refusedBy(stage, connection, visitor, "We couldn’t check what Halden ID told us");
    assert.equal(attempt.code, "saml_not_encrypted");
  });
});

// If this breaks, tiles at the provider lead nowhere, or their answer is taken unasked.
test("a sign-in that starts at the provider is asked for again, encrypted", async () => {
  await connection.change({ idp_initiated_enabled: true });
  await walk(async (_, page) => {
    const sent = answers(page);
    await start(page, jonas, provider.idpInitiatedUrl({ relayState: `${stage.app.url}/login` }));
    await onDashboard(page, stage.app, jonas);
    assert.deepEqual(sent.map((xml) => /InResponseTo/.test(xml)), [false, true]);
  });
});

// If this breaks, people without script never get to a provider that wants requests by POST, or back from it.
test("a request by POST is carried by a form, without script too", async () => {
  await connection.change({ saml: { idp_sso_binding: "post" } });
  await walk(async (visitor, page) => {
    await openSignIn(page, stage.app);
    await giveEmail(page, ines.email);
    await page.getByRole("link", { name: "Continue with SSO" }).click();
    await page.getByRole("heading", { level: 1, name: "Taking you to Halden ID…" }).waitFor();
    await visitor.looks("sso-away");
    await page.getByRole("button", { name: "Continue to Halden ID" }).click();
    await signInAt(page, provider, ines);
    await page.getByRole("button", { name: "Continue" }).click();
    await onDashboard(page, stage.app, ines);
  }, { javaScript: false });
  await walk(async (_, page) => {
    await start(page, jonas);
    await onDashboard(page, stage.app, jonas);
  });
});
