// A company whose people sign in at Debian's SimpleSAMLphp: the connection is
// made from the provider's metadata address, and nobody touches the database.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { comeBy, openCompany, privateTargets, refusedBy, signedIn, signInAt, userOf, walker } from "../harness/company.mjs";
import { people } from "../harness/providers/people.mjs";
import { defaults } from "../harness/providers/simplesamlphp-settings.mjs";
import { startSimpleSAMLphp } from "../harness/providers/simplesamlphp.mjs";
import { openStage } from "../harness/stage.mjs";
import { at, confirmEmail, field, onDashboard } from "../harness/steps.mjs";

const { ines, jonas, maria } = people;
const closers = [];
let stage, provider, company, connection, walk;
before(async () => {
  stage = await openStage({ env: privateTargets });
  provider = await startSimpleSAMLphp(closers);
  company = await openCompany(stage);
  connection = await company.connect("SimpleSamlPhpSAML", { name: "Halden ID", saml: { metadata_url: provider.metadataUrl } });
  await connection.roles({ "harbour-masters": "admin" });
  await provider.setServiceProvider(connection.serviceProvider);
  walk = walker(stage, provider);
});
beforeEach(async () => {
  await provider.configure(defaults);
  await connection.change({ idp_initiated_enabled: false, saml: { allow_legacy_encryption: [] } });
});
after(async () => {
  for (const close of closers.reverse()) await close();
  await stage?.close();
});

// comeIn signs in at the connection's own address, which ends in the application.
async function comeIn(page, person = ines) {
  await page.goto(connection.startUrl);
  await signInAt(page, provider, person);
  await onDashboard(page, stage.app, person);
}

// If this breaks, people of a company have no account until somebody makes one, or another at each sign-in.
test("somebody comes by their address, with names and role from the provider, and comes again as the same", async () => {
  assert.equal(await userOf(stage, ines.email), undefined);
  const came = async (visitor, page) => {
    await comeBy(page, stage.app, provider, ines);
    await onDashboard(page, stage.app, ines);
    assert.equal(await field(page, "name"), "Ines Solberg");
    assert.equal(await field(page, "organization"), company.id);
    assert.equal(await field(page, "role"), "admin");
    assert.equal(await field(page, "user"), (await userOf(stage, ines.email)).id);
  };
  await walk(came);
  await walk(came);
  assert.equal((await userOf(stage, ines.email)).email_verified, true);
  assert.equal(await stage.mail.count(ines.email), 0, "nothing had to be proven");
  const attempts = await connection.attempts();
  assert.deepEqual(attempts.map(({ outcome, user_id, idp_id }) => [outcome, user_id, idp_id]), Array(2).fill(["succeeded", (await userOf(stage, ines.email)).id, "ines"]));
});

for (const sign of ["response", "assertion"]) {
  // If this breaks, providers that sign one of the two are kept out.
  test(`what is signed: the ${sign} alone`, async () => {
    await provider.configure({ sign });
    await walk((_, page) => comeIn(page, jonas));
  });
}

// If this breaks, old encryption is taken unasked, or not even where a connection allows it.
test("encryption by AES-128-CBC is refused, until the connection allows it", async () => {
  await provider.configure({ encrypt: true });
  await walk(async (visitor, page) => {
    await page.goto(connection.startUrl);
    await signInAt(page, provider, ines);
    const attempt = await refusedBy(stage, connection, visitor, "We couldn’t check what Halden ID told us");
    assert.equal(attempt.code, "saml_encryption_algorithm");
    assert.match(attempt.received, /aes128-cbc/);
    await connection.change({ saml: { allow_legacy_encryption: ["aes128-cbc"] } });
    await page.goto(connection.startUrl);
    await onDashboard(page, stage.app, ines);
  });
});

// If this breaks, whoever holds a response signs somebody in unasked; or tiles at the provider lead nowhere.
test("a sign-in that starts at the provider is refused, until the connection takes it", async () => {
  await walk(async (visitor, page) => {
    await page.goto(provider.idpInitiatedUrl());
    await signInAt(page, provider, ines);
    const attempt = await refusedBy(stage, connection, visitor, "This sign-in was started at Halden ID");
    assert.equal(attempt.code, "saml_unsolicited");
    assert.equal(attempt.kind, "idp_initiated");
    await visitor.looks("sso-unsolicited");
    await page.getByRole("link", { name: "Start here" }).click();
    await page.waitForURL(`${stage.gatehouse.url}/account`);
  });
  await connection.change({ idp_initiated_enabled: true });
  await walk(async (_, page) => {
    await page.goto(provider.idpInitiatedUrl({ relayState: `${stage.app.url}/login` }));
    await signInAt(page, provider, jonas);
    await onDashboard(page, stage.app, jonas);
    await page.goto(provider.idpInitiatedUrl({ relayState: "https://elsewhere.example/" }));
    await page.waitForURL(`${stage.gatehouse.url}/account`);
  });
});

// If this breaks, everybody of a company is out on the day its provider changes its certificate.
test("a certificate rolls over: announced, it goes on; never announced, it is refused", async () => {
  const before = (await connection.show()).saml.idp_certificates;
  await provider.announceKey();
  await connection.refresh();
  const during = (await connection.show()).saml.idp_certificates;
  assert.equal(during.length, before.length + 1);
  await walk((_, page) => comeIn(page));
  await provider.rollOver();
  await walk((_, page) => comeIn(page));
  await provider.rollOver();
  await walk(async (visitor, page) => {
    await page.goto(connection.startUrl);
    await signInAt(page, provider, ines);
    const attempt = await refusedBy(stage, connection, visitor, "We couldn’t check what Halden ID told us");
    assert.equal(attempt.code, "saml_signature_invalid");
    await connection.refresh();
    await page.goto(connection.startUrl);
    await onDashboard(page, stage.app, ines);
  });
});

// If this breaks, everybody of a company is out on the day we change our key: its provider checks our requests by it, and encrypts for it.
test("our own key rolls over, while the provider has both", async () => {
  await connection.change({ saml: { allow_legacy_encryption: ["aes128-cbc"] } });
  await provider.configure({ encrypt: true });
  const { api } = stage.gatehouse;
  await api("POST", `/connections/${connection.id}/keys`);
  const published = (await connection.show()).saml.sp_certificates;
  assert.equal(published.length, 2);
  const metadata = await (await fetch(connection.serviceProvider.entityId)).text();
  assert.equal(metadata.match(/use="signing"/g).length, 2);
  await provider.setServiceProvider({ ...connection.serviceProvider, certificates: published });
  await walk((_, page) => comeIn(page));
  await api("POST", `/connections/${connection.id}/keys/promote`);
  await walk((_, page) => comeIn(page));
});

// If this breaks, a company's provider makes anybody's address a person of it; or its guests have no way in.
test("a guest, where the connection takes guests, proves the mailbox first", async () => {
  await connection.change({ allow_guests: true });
  await walk(async (visitor, page) => {
    await page.goto(connection.startUrl);
    await signInAt(page, provider, maria);
    await page.waitForURL(at("/login/verify-email"));
    assert.equal(await signedIn(stage, visitor), false);
    await confirmEmail(page, stage.mail, maria);
    await onDashboard(page, stage.app, maria);
    assert.equal(await field(page, "organization"), company.id);
  });
  await connection.change({ allow_guests: false });
});
