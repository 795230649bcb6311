// A company whose people sign in at Debian's LemonLDAP::NG, which encrypts as
// providers did long ago.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { goAway, openCompany, privateTargets, refusedBy, signedIn, signInAt, walker } from "../harness/company.mjs";
import { startLemonLDAP } from "../harness/providers/lemonldap.mjs";
import { openStage } from "../harness/stage.mjs";
import { field, onDashboard, signOut } from "../harness/steps.mjs";

const closers = [];
let stage, provider, company, connection, walk;
before(async () => {
  stage = await openStage({ env: privateTargets });
  provider = await startLemonLDAP(closers, { encrypt: true });
  company = await openCompany(stage, "Halden Marine", [...new Set(Object.values(provider.people).map(({ email }) => email.split("@")[1]))]);
  connection = await company.connect("GenericSAML", { name: "Halden ID", saml: { metadata_url: provider.metadataUrl } });
  await provider.setServiceProvider(connection.serviceProvider);
  walk = walker(stage, provider);
});
after(async () => {
  for (const close of closers.reverse()) await close();
  await stage?.close();
});

const first = () => Object.values(provider.people)[0];

// If this breaks, companies with an old provider are kept out, or its encryption is taken from everybody.
test("somebody is encrypted by AES-128-CBC, and comes in once the connection allows it", async () => {
  await walk(async (visitor, page) => {
    await page.goto(connection.startUrl);
    await signInAt(page, provider, first());
    const attempt = await refusedBy(stage, connection, visitor, "We couldn’t check what Halden ID told us");
    assert.equal(attempt.code, "saml_encryption_algorithm");
    await connection.change({ saml: { allow_legacy_encryption: ["aes128-cbc"] } });
    await goAway(page, stage.app, first().email);
    await onDashboard(page, stage.app, first());
    assert.equal(await field(page, "organization"), company.id);
    assert.equal(await field(page, "name"), "Rose Tyler");
  });
});

// If this breaks, whoever signs out at such a provider stays signed in here: it
// tells us in a small frame of its page, where our cookies are not.
test("signing out on either side ends both", async () => {
  await connection.change({ saml: { allow_legacy_encryption: ["aes128-cbc"] } });
  const comeIn = async (page) => {
    await page.goto(connection.startUrl);
    await signInAt(page, provider, first());
    await onDashboard(page, stage.app, first());
  };
  await walk(async (visitor, page) => {
    await comeIn(page);
    await signOut(page, stage.app);
    await comeIn(page);
    await provider.signOut(page);
    assert.equal(await signedIn(stage, visitor), false, "the session lives on");
    await comeIn(page);
    // Our answer in the frame leads to a page of its own, which it does not let itself frame.
    const its = (fault) => fault.startsWith(`policy: Framing '${new URL(provider.entityId).origin}/'`);
    visitor.faults.splice(0, Infinity, ...visitor.faults.filter((fault) => !its(fault)));
  });
});
