// The same journeys as people with other screens and browsers walk them: no
// script, a phone, the dark, German. Each leaves pictures in tests/browser/out.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openStage } from "../harness/stage.mjs";
import { giveEmail, givePassword, newcomer, onDashboard, openSignIn, renew, signIn, signOut, signUp } from "../harness/steps.mjs";

let stage;
before(async () => (stage = await openStage()));
after(() => stage?.close());

// If this breaks, people whose script is blocked or not loaded yet are locked out.
test("everything works with JavaScript off", async () => {
  const { app, browser } = stage;
  const ines = newcomer();
  const person = await browser.person({ javaScript: false });
  await signUp(person.page, stage, ines, (step) => person.picture(`${step}-noscript`));
  await renew(person.page, app, ines);
  await signOut(person.page, app);

  await openSignIn(person.page, app);
  await giveEmail(person.page, ines.email);
  await givePassword(person.page, "not the password at all 5");
  await person.page.getByText(/That email and password don’t match/).first().waitFor();
  await person.picture("password-wrong-noscript");
  await givePassword(person.page, ines.password);
  await onDashboard(person.page, app, ines);
  person.noFaults();
  await person.close();
});

const looks = { light: {}, dark: { dark: true }, 360: { width: 360, height: 740 }, "320-dark": { width: 320, height: 640, dark: true } };
for (const [name, look] of Object.entries(looks)) {
  // If this breaks, a page is cut off or unreadable on somebody's screen.
  test(`sign up and sign in at ${name}`, async () => {
    const { app, browser } = stage;
    const ines = newcomer();
    const person = await browser.person(look);
    const look_ = async (step) => {
      await person.picture(`${step}-${name}`);
      await person.fits();
    };
    await signUp(person.page, stage, ines, look_);
    await signOut(person.page, app);
    await openSignIn(person.page, app);
    await look_("sign-in");
    await giveEmail(person.page, ines.email);
    await look_("password");
    await givePassword(person.page, ines.password);
    await onDashboard(person.page, app, ines);
    person.noFaults();
    await person.close();
  });
}

// If this breaks, people read a page in a language that their browser did not ask for.
test("a browser that asks for German gets German", async () => {
  const { app, browser } = stage;
  const person = await browser.person({ locale: "de-DE" });
  await person.page.goto(`${app.url}/login`);
  await person.page.waitForURL((url) => url.pathname === "/login");
  assert.equal(await person.page.locator("html").getAttribute("lang"), "de");
  await person.page.getByRole("button", { name: "Weiter", exact: true }).waitFor();
  await person.picture("sign-in-german");
  person.noFaults();
  await person.close();
});

// If this breaks, people who use a keyboard alone cannot sign in.
test("signing in needs no mouse: the first empty field has the focus and Enter sends", async () => {
  const { app, browser } = stage;
  const ines = newcomer();
  const first = await browser.person();
  await signUp(first.page, stage, ines);
  await first.close();
  const person = await browser.person();
  await openSignIn(person.page, app);
  const focused = (name) => person.page.waitForFunction((wanted) => document.activeElement?.getAttribute("name") === wanted, name);
  await focused("email");
  await person.page.keyboard.type(ines.email);
  await person.page.keyboard.press("Enter");
  await person.page.waitForURL((url) => url.pathname === "/login/password");
  await focused("password");
  await person.page.keyboard.type(ines.password);
  await person.page.keyboard.press("Enter");
  await onDashboard(person.page, app, ines);
  await signOut(person.page, app);
  await signIn(person.page, app, ines);
  person.noFaults();
  await person.close();
});
