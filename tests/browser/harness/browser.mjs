// Chromium as the distribution ships it, driven by playwright-core.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

const pictures = resolve(import.meta.dirname, "../out");

// Without these Chromium calls home at every start.
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];

export async function openBrowser() {
  const executablePath = process.env.GATEHOUSE_TEST_CHROMIUM;
  if (!executablePath) throw new Error("GATEHOUSE_TEST_CHROMIUM names no browser: run these tests by `make browser`");
  const browser = await chromium.launch({ executablePath, args: quiet });
  return { person: (look) => newPerson(browser, look), close: () => browser.close() };
}

// newPerson is somebody with a fresh browser profile. `faults` collects what no
// page may do: break its own script or content policy, or ask another host.
async function newPerson(browser, { javaScript = true, dark = false, width = 1280, height = 800, locale = "en-GB" } = {}) {
  const context = await browser.newContext({
    javaScriptEnabled: javaScript,
    colorScheme: dark ? "dark" : "light",
    viewport: { width, height },
    locale,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (err) => faults.push(`script: ${err.message}`));
  page.on("console", (m) => /Content.Security.Policy|Refused to/i.test(m.text()) && faults.push(`policy: ${m.text()}`));
  page.on("request", (r) => /^https?:\/\/(?!(127\.0\.0\.1|localhost)[:/])/.test(r.url()) && faults.push(`foreign host: ${r.url()}`));
  page.on("response", (r) => r.status() >= 500 && faults.push(`${r.status()} at ${r.url()}`));
  return {
    page,
    context,
    faults,
    noFaults: () => assert.deepEqual(faults, []),
    fits: () => fits(page, width),
    picture: (name) => picture(page, name),
    close: () => context.close(),
  };
}

// fits fails when a page has to be scrolled sideways (WCAG 2.2 §1.4.10).
// It asks the layout itself, which works with the page's own script off.
async function fits(page, width) {
  const box = await page.locator("html").evaluate((html) => html.scrollWidth);
  assert.ok(box <= width, `${page.url()} is ${box} px wide in a window of ${width} px`);
}

async function picture(page, name) {
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}
