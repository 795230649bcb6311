// Passkeys, with Chromium's virtual authenticator: set up as second step, used
// as first and as second, cancelled, and refused.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { withAuthenticator } from "../harness/authenticator.mjs";
import { linkOf } from "../harness/mail.mjs";
import { openStage } from "../harness/stage.mjs";
import { at, giveEmail, givePassword, member, newcomer, onDashboard, openSignIn, signOut } from "../harness/steps.mjs";

let stage, organization, ines, person, laptop, letter;
before(async () => {
  stage = await openStage();
  organization = await stage.gatehouse.api("POST", "/organizations", { name: "Halden Marine" });
  await stage.gatehouse.api("PUT", `/organizations/${organization.id}/policy`, { mfa_required: true, mfa_factors: ["webauthn"] });
  ines = newcomer();
  await member(stage, ines, organization.id);
  person = await stage.browser.person();
  laptop = await withAuthenticator(person);
});
after(() => stage?.close());

const use = (page) => page.getByRole("button", { name: "Use passkey", exact: true }).click();

// If this breaks, the strongest second step cannot be set up, or counts for nothing.
test("a passkey is set up where the organization takes nothing weaker", async () => {
  const { app, mail } = stage;
  const { page } = person;
  await openSignIn(page, app);
  await giveEmail(page, ines.email);
  await givePassword(page, ines.password);
  await page.getByRole("heading", { level: 1, name: "Set up a second step" }).waitFor();
  assert.equal(await page.locator("main").getByRole("link", { name: /Authenticator app|Text message/ }).count(), 0, "nothing weaker is offered");
  await page.getByRole("link", { name: /Passkey or security key/ }).click();
  await page.waitForURL(at("/login/mfa/enroll/passkey"));
  await person.looks("enroll-passkey");

  await laptop.recognises(false);
  await page.getByLabel("Name").fill("Work laptop");
  await page.getByRole("button", { name: "Add passkey", exact: true }).click();
  await page.getByText("You cancelled. Try again or use another way.").waitFor();
  await person.looks("enroll-passkey-cancelled");
  await laptop.recognises(true);
  await page.getByRole("button", { name: "Add passkey", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Save your recovery codes" }).waitFor();
  await page.getByLabel("I’ve saved them").check();
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await onDashboard(page, app, ines);
  const [credential] = await laptop.credentials();
  assert.equal(credential.isResidentCredential, true, "it can be found without an address");
  assert.equal(credential.rpId, "localhost");
  letter = await mail.next(ines.email, /passkey was added/);
  await person.reads(letter, "passkey-added");
  await signOut(page, app);
});

// If this breaks, people with a passkey have to type what it makes needless.
test("the button signs in with nothing typed, and asks for no second step", async () => {
  const { app } = stage;
  const { page } = person;
  await laptop.touched(false);
  await openSignIn(page, app);
  await page.getByRole("link", { name: "Sign in with a passkey" }).click();
  await page.waitForURL(at("/login/passkey"));
  await person.looks("passkey");
  await laptop.touched(true);
  await use(page);
  await onDashboard(page, app, ines);
  await signOut(page, app);
});

// If this breaks, the browser's own suggestion in the email field does nothing.
test("a passkey that the browser suggests in the email field signs in", async () => {
  const { app } = stage;
  await laptop.touched(true);
  await person.page.goto(`${app.url}/login`);
  await onDashboard(person.page, app, ines);
  await signOut(person.page, app);
});

// If this breaks, whoever typed their password cannot get further with the passkey that they set up.
test("after the password the passkey is the second step; who is not recognised is told, and tries again", async () => {
  const { app } = stage;
  const { page } = person;
  await laptop.touched(false);
  await openSignIn(page, app);
  await giveEmail(page, ines.email);
  await givePassword(page, ines.password);
  await page.getByRole("heading", { level: 1, name: "One more step" }).waitFor();
  await person.looks("second-passkey");
  await laptop.touched(true);
  await laptop.recognises(false);
  await use(page);
  await page.getByText("You cancelled. Try again or use another way.").waitFor();
  await person.looks("second-passkey-cancelled");
  await laptop.recognises(true);
  await use(page);
  await onDashboard(page, app, ines);
  await signOut(page, app);
});

// If this breaks, a lost laptop opens the account after "This wasn't me", or its
// holder faces a page that says nothing.
test("a passkey that was taken away is refused in words, with another way beside", async () => {
  const { app } = stage;
  const { page } = person;
  const elsewhere = await stage.browser.person();
  await elsewhere.page.goto(linkOf(letter, "/login/not-me/"));
  await elsewhere.page.getByRole("button", { name: "Secure my account" }).click();
  await elsewhere.page.getByRole("heading", { name: "Your account is secured" }).waitFor();
  await elsewhere.close();

  await laptop.touched(false);
  await openSignIn(page, app);
  await page.getByRole("link", { name: "Sign in with a passkey" }).click();
  await laptop.touched(true);
  await use(page);
  await page.getByText("That passkey didn’t work here. Try again or use another way.").waitFor();
  await person.looks("passkey-refused");
  await laptop.touched(false);
  await page.getByRole("link", { name: "Sign in another way" }).click();
  await page.waitForURL(at("/login"));
  person.noFaults();
});

// If this breaks, people meet a button that can do nothing.
test("a browser without passkeys is not offered them; one without script is told why", async () => {
  const { app, browser } = stage;
  const old = await browser.person();
  await old.page.addInitScript(() => delete window.PublicKeyCredential);
  await openSignIn(old.page, app);
  assert.equal(await old.page.getByRole("link", { name: "Sign in with a passkey" }).isVisible(), false);
  assert.equal(await old.page.getByText("or", { exact: true }).isVisible(), false, "no line above nothing");
  await old.picture("sign-in-no-passkeys");
  const plain = await browser.person({ javaScript: false });
  await openSignIn(plain.page, app);
  const link = plain.page.locator("main a", { hasText: "Sign in with a passkey" });
  assert.equal(await link.isVisible(), false);
  await plain.picture("sign-in-noscript");
  await plain.page.goto(new URL(await link.getAttribute("href"), plain.page.url()).href); // from a bookmark
  await plain.picture("passkey-noscript");
  assert.match(await plain.page.locator("main").innerText(), /Passkeys need JavaScript\. Use another way\./);
  assert.equal(await plain.page.getByRole("button", { name: "Use passkey" }).isVisible(), false);
  await plain.page.getByRole("link", { name: "Sign in another way" }).click();
  await plain.page.waitForURL(at("/login"));
  for (const who of [old, plain]) who.noFaults(), await who.close();
});
