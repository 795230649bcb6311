// A person on their own pages, signed in by the application a moment ago.
import { newcomer, register, signIn } from "./steps.mjs";

// Targets of these pages are smaller than those of the sign-in (design 9).
const section = { target: 34 };

// signedIn makes an account, with `extra` done to it before its first sign-in,
// and its person: `open` goes to a section of the account page, `seen` judges
// what is there and leaves pictures.
export async function signedIn(stage, look = {}, extra = register) {
  const ines = newcomer();
  await extra(stage, ines);
  const person = await stage.browser.person(look);
  await signIn(person.page, stage.app, ines);
  return { ines, ...onPages(stage, person, look) };
}

export function onPages({ gatehouse }, person, { javaScript = true, suffix = "" } = {}) {
  const { page } = person;
  const name = (step) => `account-${step}${suffix}${javaScript ? "" : "-noscript"}`;
  return {
    person,
    page,
    open: (path = "") => page.goto(`${gatehouse.url}/account${path}`),
    seen: (step) => (javaScript ? person.looks(name(step)) : person.picture(name(step))),
    seenSection: (step) => (javaScript ? person.looks(name(step), section) : person.picture(name(step))),
    follow: (link) => page.getByRole("link", { name: link, exact: true }).click(),
    press: (button) => page.getByRole("button", { name: button, exact: true }).click(),
    title: (heading) => page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor(),
    says: (words) => page.locator("main").getByText(words).first().waitFor(),
    lives: async () => (await person.context.request.get(`${gatehouse.url}/account/session`)).status() === 200,
  };
}

export const looks = { "with script": {}, "without script": { javaScript: false } };
