// Signing out on either side ends both: SAML's single logout with SimpleSAMLphp,
// OpenID's two logouts with oidc-provider.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openCompany, privateTargets, signedIn, signInAt, walker } from "../harness/company.mjs";
import { client, startOIDC } from "../harness/providers/oidc.mjs";
import { people } from "../harness/providers/people.mjs";
import { startSimpleSAMLphp } from "../harness/providers/simplesamlphp.mjs";
import { openStage } from "../harness/stage.mjs";
import { at, onDashboard, signOut } from "../harness/steps.mjs";

const { ines, jonas } = people;
const closers = [];
let stage, company;
before(async () => {
  stage = await openStage({ env: privateTargets });
  company = await openCompany(stage);
});
after(async () => {
  for (const close of closers.reverse()) await close();
  await stage?.close();
});

// comeIn fills in the provider's form: a journey stops here where the provider
// still knows the browser.
async function comeIn(page, connection, provider, person = ines) {
  await page.goto(connection.startUrl);
  await signInAt(page, provider, person);
  await onDashboard(page, stage.app, person);
}

// isOut is the proof that the provider's word ended our session: the hosted
// login knows the browser no more, and the application's session is not renewed.
async function isOut(visitor) {
  assert.equal(await signedIn(stage, visitor), false, "the session lives on");
  await visitor.page.goto(`${stage.app.url}/refresh`);
  await visitor.page.waitForURL(at("/login"));
}

describe("SAML", () => {
  let provider, connection, walk;
  before(async () => {
    provider = await startSimpleSAMLphp(closers);
    connection = await company.connect("SimpleSamlPhpSAML", { name: "Halden ID", saml: { metadata_url: provider.metadataUrl } });
    await provider.setServiceProvider(connection.serviceProvider);
    walk = walker(stage, provider);
  });

  // If this breaks, whoever signs out of the application comes in again without being asked.
  test("signing out of the application ends the session at the provider", async () => {
    await walk(async (visitor, page) => {
      await comeIn(page, connection, provider);
      await signOut(page, stage.app);
      assert.equal(await signedIn(stage, visitor), false);
      await comeIn(page, connection, provider);
    });
    const logout = (await connection.attempts()).find(({ kind }) => kind === "logout");
    assert.equal(logout?.outcome, "succeeded");
  });

  for (const sloBinding of ["redirect", "post"]) {
    // If this breaks, whoever signs out at their company's provider stays signed in here.
    test(`signing out at the provider ends the session here, and in this browser alone: ${sloBinding}`, async () => {
      await provider.configure({ sloBinding });
      await walk((elsewhere, otherPage) => walk(async (visitor, page) => {
        await comeIn(otherPage, connection, provider);
        await comeIn(page, connection, provider);
        await provider.signOut(page);
        await isOut(visitor);
        assert.equal(await signedIn(stage, elsewhere), true, "another browser's session ended");
      }));
    });
  }
});

describe("OpenID Connect", () => {
  let provider, connection, walk;
  before(async () => {
    provider = await startOIDC(closers);
    connection = await company.connect("GenericOIDC", { name: "Halden OIDC", state: "active", oidc: { issuer: provider.issuer, client_id: client.id, client_secret: client.secret, end_session: true } });
    await provider.setRelyingParty(connection.relyingParty);
    walk = walker(stage, provider);
  });

  // If this breaks, whoever signs out of the application comes in again without being asked.
  test("signing out of the application ends the session at the provider", async () => {
    await walk(async (visitor, page) => {
      await comeIn(page, connection, provider, jonas);
      await page.getByRole("link", { name: "Sign out" }).click();
      await provider.confirmSignOut(page);
      await page.waitForURL(`${stage.app.url}/`);
      await page.getByText("You are not signed in.").waitFor();
      assert.equal(await signedIn(stage, visitor), false);
      await comeIn(page, connection, provider, jonas);
    });
  });

  // If this breaks, whoever signs out at their company's provider stays signed in here.
  test("signing out at the provider, which tells us behind the browser's back, ends the session here alone", async () => {
    await walk((elsewhere, otherPage) => walk(async (visitor, page) => {
      await comeIn(otherPage, connection, provider, jonas);
      await comeIn(page, connection, provider, jonas);
      await provider.signOut(page);
      await isOut(visitor);
      assert.equal(await signedIn(stage, elsewhere), true, "another browser's session ended");
    }));
  });
});
