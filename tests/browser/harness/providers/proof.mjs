// The same tests for each provider, with a service provider that we did not
// write either. What fails here is the provider's fault; what fails with
// Gatehouse alone is ours.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openBrowser } from "../browser.mjs";
import { relayState, startServiceProvider } from "./service-provider.mjs";

const faults = {
  "wrong: another audience": [{ audience: "https://elsewhere.example/metadata" }, /audience/i],
  "wrong: a clock that is behind": [{ clockOffset: -600 }, /expired|subject confirmation/i],
  "wrong: a clock that is ahead": [{ clockOffset: 600 }, /not yet valid/i],
  "wrong: nothing signed": [{ sign: "none" }, /signature/i],
};

// prove walks what the journeys ask of a provider, except what it `cannot`. One
// has a page of its own for whom it refuses, with the words `refusal` on it.
export function prove(startProvider, { cannot = [], refusal } = {}) {
  describe(startProvider.name, () => {
    const closers = [];
    let browser, provider, sp;
    before(async () => {
      browser = await openBrowser();
      closers.push(() => browser.close());
      provider = await startProvider(closers);
      sp = await startServiceProvider(closers, provider);
      await provider.setServiceProvider(sp);
    });
    after(async () => {
      for (const close of closers.reverse()) await close();
    });

    const first = () => Object.values(provider.people)[0];

    // visit goes somewhere as somebody new, signs in at the provider, and tells what came of it.
    async function visit(url, person = first(), more = async () => {}) {
      const visitor = await browser.person();
      try {
        await visitor.page.goto(url);
        await provider.signIn(visitor.page, person);
        const outcome = await visitor.page.locator("#outcome").innerText();
        await more(visitor.page);
        return outcome;
      } catch (err) {
        throw new Error(`at ${visitor.page.url()}: ${await visitor.page.locator("body").innerText()}\n${provider.log()}`, { cause: err });
      } finally {
        await visitor.close();
      }
    }
    const greeting = (person = first()) => `Signed in: ${person.email}`;

    const can = (what, walk) => cannot.includes(what) || test(what, walk);

    for (const sign of ["response", "assertion", "both"]) {
      can(`what is signed: ${sign}`, async () => {
        await provider.configure({ sign });
        assert.equal(await visit(sp.startUrl), greeting());
        const { xml, profile, relayState: answered } = sp.answers.at(-1);
        assert.equal(answered, relayState);
        assert.equal(profile.nameIDFormat, "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent");
        assert.match(xml, /rsa-sha256/);
        assert.equal(xml.match(/<(ds:)?Signature /g).length, sign === "both" ? 2 : 1);
      });
    }

    test("an encrypted assertion", async () => {
      await provider.configure({ sign: "both", encrypt: true });
      assert.equal(await visit(sp.startUrl), greeting());
      const { xml } = sp.answers.at(-1);
      assert.match(xml, /EncryptedAssertion/);
      assert.ok(xml.includes(provider.encryption), `no ${provider.encryption} in ${xml}`);
      assert.doesNotMatch(xml, /<saml:Assertion/);
      await provider.configure({ encrypt: false });
    });

    test("a sign-in that starts at the provider", async () => {
      assert.equal(await visit(provider.idpInitiatedUrl({ relayState: "/board" })), greeting());
      const { xml, relayState: answered } = sp.answers.at(-1);
      assert.doesNotMatch(xml, /InResponseTo/);
      assert.equal(answered, "/board");
    });

    const bare = (pem) => pem.replace(/-----[A-Z ]+-----|\s/g, "");
    const published = async () => (await provider.metadataXml()).replace(/\s/g, "");
    const signedBy = () => sp.answers.at(-1).xml.replace(/\s/g, "");

    can("a key that is announced before it is used", async () => {
      const old = provider.certificate();
      const next = await provider.announceKey();
      assert.ok((await published()).includes(bare(old)) && (await published()).includes(bare(next)));
      assert.equal(await visit(sp.startUrl), greeting());
      assert.ok(signedBy().includes(bare(old)));
      assert.equal(await provider.rollOver(), next);
    });

    test("a key that is used at once, and the old one is gone", async () => {
      const old = provider.certificate();
      const next = await provider.rollOver();
      assert.notEqual(next, old);
      assert.ok((await published()).includes(bare(next)) && !(await published()).includes(bare(old)));
      assert.equal(await visit(sp.startUrl), greeting());
      assert.ok(signedBy().includes(bare(next)));
    });

    for (const sloBinding of ["redirect", "post"]) {
      test(`signing out on either side ends both: ${sloBinding}`, async () => {
        await provider.configure({ sloBinding });
        await visit(sp.startUrl, first(), async (page) => {
          await page.goto(sp.signOutUrl);
          await page.getByText("Signed out", { exact: true }).waitFor();
          await page.goto(sp.startUrl);
          await provider.signIn(page, first());
          await page.getByText(greeting()).waitFor();
          const before = sp.signedOut.length;
          await provider.signOut(page);
          assert.deepEqual(sp.signedOut.slice(before), [{ nameID: sp.answers.at(-1).profile.nameID, by: sloBinding }]);
          await page.goto(sp.startUrl);
          await provider.signIn(page, first());
          await page.getByText(greeting()).waitFor();
        });
      });
    }

    for (const [what, [wrong, says]] of Object.entries(faults)) {
      can(what, async () => {
        await provider.configure(wrong);
        assert.match(await visit(sp.startUrl), new RegExp(`^Refused: .*${says.source}`, "i"));
        await provider.configure({ audience: null, clockOffset: 0, sign: "both" });
      });
    }

    test("somebody who is not assigned to the application is refused by the provider", async () => {
      if (!refusal) return assert.match(await visit(sp.startUrl, provider.people.noor), /^Refused: .*(denied|not assigned)/i);
      const noor = await browser.person();
      await noor.page.goto(sp.startUrl);
      await provider.signIn(noor.page, provider.people.noor);
      await noor.page.getByText(refusal).waitFor();
      return noor.close();
    });
  });
}
