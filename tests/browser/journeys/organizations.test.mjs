// People of several organizations: which one to enter, and one that asks for more.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openStage } from "../harness/stage.mjs";
import { field, giveEmail, givePassword, member, newcomer, onDashboard, openSignIn } from "../harness/steps.mjs";

const names = ["Halden Marine", "Hanseatische Schiffsausrüstungs- und Hafenlogistikgesellschaft mbH"];

let stage, organizations;
before(async () => {
  stage = await openStage();
  organizations = await Promise.all(names.map((name) => stage.gatehouse.api("POST", "/organizations", { name })));
  await stage.gatehouse.api("PUT", `/organizations/${organizations[1].id}/policy`, { mfa_required: true });
});
after(() => stage?.close());

for (const [name, look] of Object.entries({ "with script": {}, "without script": { javaScript: false }, "in German": { locale: "de-DE" } })) {
  // If this breaks, people with two organizations get into none, or into the
  // strict one by the door of the other.
  test(`the person picks one; the other asks for a second step: ${name}`, async () => {
    const { app, browser, gatehouse } = stage;
    const ines = newcomer();
    await member(stage, ines, organizations[0].id);
    await gatehouse.api("POST", "/user_management/organization_memberships", { user_id: ines.id, organization_id: organizations[1].id });
    const person = await browser.person(look);
    const { page } = person;
    const german = look.locale === "de-DE";
    const seen = (step) => (look.javaScript === false ? person.picture(`${step}-noscript`) : person.looks(german ? `${step}-german` : step));
    await (german ? page.goto(`${app.url}/login`) : openSignIn(page, app));
    if (german) {
      await seen("sign-in");
      await page.locator("input[name=email]").fill(ines.email);
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => url.pathname === "/login/password");
      await seen("password");
      await page.locator("input[name=password]").fill(ines.password);
      await page.keyboard.press("Enter");
    } else {
      await giveEmail(page, ines.email);
      await givePassword(page, ines.password);
    }
    await page.waitForURL((url) => url.pathname === "/login/organizations");
    await seen("organizations");
    const strict = await page.evaluate(() => location.href);
    await page.getByRole("button", { name: names[1] }).click();
    await page.waitForURL((url) => url.pathname === "/login/mfa/enroll");
    await page.getByText(names[1]).first().waitFor();
    await seen("enroll-strict");
    const session = await person.context.request.get(`${gatehouse.url}/account/session`);
    assert.equal(session.status(), 401);

    await page.goto(strict);
    assert.equal(new URL(page.url()).pathname, "/login/mfa/enroll", "the choice does not go back past the second step");
    await page.goto(`${app.url}/login`);
    await page.locator("input[name=email]").fill(ines.email);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname === "/login/password");
    await page.locator("input[name=password]").fill(ines.password);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: names[0] }).click();
    await onDashboard(page, app, ines);
    assert.equal(await field(page, "organization"), organizations[0].id);
    person.noFaults();
    await person.close();
  });
}
