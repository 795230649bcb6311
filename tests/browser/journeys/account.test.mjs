// A person's own pages: who they are, their address and password, where they
// are signed in, and what uses the account.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { looks, onPages, signedIn } from "../harness/account.mjs";
import { codeOf, linkOf } from "../harness/mail.mjs";
import { openStage } from "../harness/stage.mjs";
import { at, field, giveCode, giveEmail, givePassword, newcomer, onDashboard, openSignIn, register, signIn } from "../harness/steps.mjs";

const fresh = "amber tractor 41 lowland choir";

let stage;
before(async () => (stage = await openStage()));
after(() => stage?.close());

// elsewhere is the same person in another browser.
async function elsewhere(ines) {
  const person = await stage.browser.person();
  await signIn(person.page, stage.app, ines);
  return onPages(stage, person);
}

async function leave(...pages) {
  for (const { person } of pages) person.noFaults(), await person.close();
}

for (const [name, look] of Object.entries(looks)) {
  // If this breaks, people cannot correct their name, or read a language that they did not choose.
  test(`names and language are saved: ${name}`, async () => {
    const { gatehouse } = stage;
    const here = await signedIn(stage, look);
    const { ines, page } = here;
    await here.open();
    await here.title("Profile");
    await here.seenSection("profile");
    await page.getByLabel(/^First name/).fill("Ines-Marie");
    await page.getByLabel("Language", { exact: true }).selectOption("de");
    await here.press("Save changes");
    await page.locator("html[lang=de]").waitFor();
    assert.equal(await page.getByLabel(/^Vorname/).inputValue(), "Ines-Marie");
    await here.seenSection("profile-german");
    const { data } = await gatehouse.api("GET", `/user_management/users?email=${encodeURIComponent(ines.email)}`);
    assert.deepEqual([data[0].first_name, data[0].locale], ["Ines-Marie", "de"]);
    await leave(here);
  });

  // If this breaks, an account follows an address that nobody proved, or its owner is not told.
  test(`the email changes with the code from the new address, and the old one is told: ${name}`, async () => {
    const { app, mail } = stage;
    const here = await signedIn(stage, look);
    const { ines, page } = here;
    const [taken, renamed] = [newcomer(), newcomer()];
    await register(stage, taken);
    const ask = async (email) => {
      await here.open();
      await here.follow("Change email");
      await here.title("Change your email");
      await page.getByLabel("New email", { exact: true }).fill(email);
      await here.press("Email me a code");
      await page.waitForURL(at("/account/email/confirm"));
      return (await page.locator("main").innerText()).replaceAll(email, "…");
    };
    const words = await ask(taken.email);
    assert.equal(await ask(renamed.email), words, "nobody learns here who has an account");
    await here.seen("email-code");
    const letter = await mail.next(renamed.email);
    assert.equal(await mail.count(taken.email), 0, "whoever has the address already gets no mail");
    const code = codeOf(letter);
    await giveCode(page, "Code from the email", code === "000000" ? "000001" : "000000", "Confirm email address");
    await here.says("That code isn’t right.");
    await here.open();
    await here.says(ines.email);
    await here.open("/email/confirm");
    await giveCode(page, "Code from the email", code, "Confirm email address");
    await here.says("Your email is changed. We told the old address.");
    await here.says(renamed.email);
    await here.seenSection("email-changed");
    const notice = await mail.next(ines.email, /email address was changed/);
    linkOf(notice, "/login/not-me/");
    assert.ok(await here.lives());
    if (look.javaScript !== false) await here.person.reads(letter, "email-change"), await here.person.reads(notice, "email-changed");

    const there = await elsewhere({ ...ines, email: renamed.email });
    await there.person.context.clearCookies();
    await openSignIn(there.page, app);
    await giveEmail(there.page, ines.email);
    await givePassword(there.page, ines.password);
    await there.says(/That email and password don’t match/);
    await leave(here, there);
  });

  // If this breaks, whoever learned the old password stays signed in after the change.
  test(`a new password ends every other session and keeps this one: ${name}`, async () => {
    const { app, gatehouse, mail } = stage;
    const here = await signedIn(stage, look);
    const { ines, page } = here;
    const there = await elsewhere(ines);
    await here.open("/security");
    await here.title("Security");
    await here.seenSection("security-empty");
    await here.follow("Change password");
    await here.title("Change password");
    await here.seen("password");
    const choose = async (password) => {
      await page.getByLabel("New password", { exact: true }).fill(password);
      await here.press("Save new password");
    };
    await choose(`${ines.firstName} ${ines.lastName}`);
    await page.locator('[aria-invalid="true"]').waitFor();
    await here.seen("password-weak");
    assert.ok(await there.lives(), "a refused password ends nothing");
    await choose(fresh);
    await here.says("Your password is saved. Every other browser and app is signed out.");
    await here.seenSection("password-saved");
    assert.ok(await here.lives());
    assert.ok(!(await there.lives()), "the other browser is signed out");
    await there.page.getByRole("link", { name: "Renew the session" }).click();
    await there.page.waitForURL((url) => url.origin === gatehouse.url && url.pathname === "/login");
    await mail.next(ines.email, /password was changed/);
    await there.person.context.clearCookies();
    await signIn(there.page, app, { ...ines, password: fresh });
    await leave(here, there);
  });

  // If this breaks, a person sees a stranger in their account and cannot put them out.
  test(`other browsers are listed and signed out, one by one and all at once: ${name}`, async () => {
    const { app } = stage;
    const here = await signedIn(stage, look);
    const { ines, page } = here;
    await here.open("/sessions");
    await here.title("Sessions");
    assert.equal(await page.locator(".things li").count(), 1);
    await here.says("You’re signed in nowhere else.");
    const [one, two] = [await elsewhere(ines), await elsewhere(ines)];
    await here.open("/sessions");
    assert.equal(await page.locator(".things li").count(), 3);
    assert.equal(await page.locator(".things li").first().getByText("This browser").count(), 1, "this one comes first");
    await here.seenSection("sessions");
    await page.getByRole("button", { name: "Sign out: Chrome, Linux" }).first().click();
    await here.says("That browser is signed out.");
    const alive = [await one.lives(), await two.lives()];
    assert.equal(alive.filter(Boolean).length, 1, "one of the two is signed out");
    await page.reload();
    assert.equal(await page.getByText("That browser is signed out.").count(), 0, "a reload does not say it again");

    await here.follow("Sign out everywhere else");
    await here.title("Sign out everywhere else?");
    await here.says(/^1 other browser and 1 app will be signed out/);
    await here.seen("ask-others");
    await here.follow("Cancel");
    await here.title("Sessions");
    assert.equal([await one.lives(), await two.lives()].filter(Boolean).length, 1);
    await here.follow("Sign out everywhere else");
    await here.press("Sign out everywhere else");
    await here.says("You’re signed out everywhere else.");
    for (const there of [one, two]) {
      assert.ok(!(await there.lives()));
      await there.page.goto(`${app.url}/refresh`);
      await there.page.waitForURL(at("/login"));
    }
    assert.ok(await here.lives());
    await leave(here, one, two);
  });

  // If this breaks, an application keeps what a person took away from it.
  test(`a disconnected app has to sign the person in again: ${name}`, async () => {
    const { app, gatehouse } = stage;
    const here = await signedIn(stage, look);
    const { ines, page } = here;
    const session = await field(page, "session");
    await here.open("/apps");
    await here.title("Apps");
    assert.equal(await page.locator(".things li").count(), 1);
    await here.seenSection("apps");
    await page.getByRole("link", { name: /^Disconnect: / }).click();
    await here.says(/You’ll be signed out of it: 1 session ends\./);
    await here.seen("ask-disconnect");
    await here.press("Disconnect app");
    await here.says("The app is disconnected.");
    await here.says("No apps yet");
    await here.seenSection("apps-empty");
    assert.ok(await here.lives(), "the browser stays signed in");
    const { data } = await gatehouse.api("GET", `/user_management/users?email=${encodeURIComponent(ines.email)}`);
    const mine = await gatehouse.api("GET", `/user_management/users/${data[0].id}/sessions`);
    assert.equal(mine.data.find(({ id }) => id === session)?.status, "revoked");
    await page.goto(`${app.url}/refresh`); // it has to ask anew, which this browser answers by itself
    await onDashboard(page, app, ines);
    assert.notEqual(await field(page, "session"), session);
    await leave(here);
  });
}

// If this breaks, a shared computer shows one person's page to the next.
test("whoever is signed out sees none of it and comes back to the page that they asked for", async () => {
  const { app, gatehouse } = stage;
  const here = await signedIn(stage);
  const { ines, page } = here;
  await here.open();
  await here.press("Sign out");
  await page.waitForURL((url) => url.pathname !== "/account");
  await page.goBack();
  for (const path of ["", "/security", "/sessions", "/apps", "/email", "/security/password", "/security/passkeys/new"]) {
    const answer = await here.person.context.request.get(`${gatehouse.url}/account${path}`, { maxRedirects: 0 });
    assert.equal(answer.status(), 303, path);
    assert.match(answer.headers().location, /\/login/, path);
  }
  await here.open("/security/password");
  await page.waitForURL(at("/login"));
  await giveEmail(page, ines.email);
  await givePassword(page, ines.password);
  await here.title("Change password");
  assert.equal(new URL(page.url()).origin, gatehouse.url);
  await page.goto(`${app.url}/login`);
  await onDashboard(page, app, ines);
  await leave(here);
});
