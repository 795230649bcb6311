// From sign-up to sign-out through the Express example, the way an application's
// first user goes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openStage } from "../harness/stage.mjs";
import { newcomer, onDashboard, openSignIn, renew, signIn, signOut, signUp } from "../harness/steps.mjs";

let stage;
before(async () => (stage = await openStage()));
after(() => stage?.close());

// If this breaks, no application can get its first user.
test("sign up, come back with a code, see the protected page, refresh, sign out", async () => {
  const { app, browser, gatehouse } = stage;
  const ines = newcomer();
  const person = await browser.person();
  await signUp(person.page, stage, ines);
  await renew(person.page, app, ines);
  await person.page.reload();
  await onDashboard(person.page, app, ines);
  await signOut(person.page, app);

  await person.page.goto(`${app.url}/dashboard`);
  await person.page.waitForURL((url) => url.origin === gatehouse.url && url.pathname === "/login");
  person.noFaults();
  await person.close();

  const { data } = await gatehouse.api("GET", `/user_management/users?email=${encodeURIComponent(ines.email)}`);
  assert.equal(data.length, 1, "the management API knows the person who signed up");
  assert.equal(data[0].first_name, ines.firstName);
});

// If this breaks, people sign in again and again while they hold a live session.
test("a live hosted session signs the same browser in again, and signing out ends that", async () => {
  const { app, browser } = stage;
  const ines = newcomer();
  const person = await browser.person();
  await signUp(person.page, stage, ines);
  await person.context.clearCookies({ name: "app_session" });
  await person.page.goto(`${app.url}/dashboard`);
  const goOn = person.page.getByRole("button", { name: /^Continue to / });
  await Promise.race([goOn.waitFor(), person.page.waitForURL((url) => url.pathname === "/dashboard")]);
  if (await goOn.isVisible()) await goOn.click();
  await onDashboard(person.page, app, ines);
  await signOut(person.page, app);
  await openSignIn(person.page, app);
  person.noFaults();
  await person.close();
});

// If this breaks, a person who left cannot come back.
test("a person who signed up signs in from another browser", async () => {
  const { app, browser } = stage;
  const ines = newcomer();
  const first = await browser.person();
  await signUp(first.page, stage, ines);
  await first.close();
  const second = await browser.person();
  await signIn(second.page, app, ines);
  await signOut(second.page, app);
  second.noFaults();
  await second.close();
});
