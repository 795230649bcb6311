// Debian's LemonLDAP::NG as an organization's SAML provider, by plackup on
// loopback, with its demonstration accounts.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, keepLog, plainEnv, start } from "../processes.mjs";
import { newKey, otherClock } from "./keys.mjs";
import { defaults, main, people, portal } from "./lemonldap-settings.mjs";

const program = join(import.meta.dirname, "lemonldap.psgi");

// startLemonLDAP knows no service provider yet: see setServiceProvider. The
// options are those of lemonldap-settings. It reads its configuration once, so
// each change starts it again; who is signed in stays so.
export async function startLemonLDAP(closers, options = {}) {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-lemonldap-"));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  for (const name of ["conf", "sessions/lock", "people/lock"]) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, "lemonldap-ng.ini"), main(folder));
  const port = await freePort();
  const state = { folder, port, base: `http://127.0.0.1:${port}`, options: { ...defaults, ...options }, key: await newKey(folder, "idp-1"), serviceProviders: {}, logs: [] };
  closers.push(async () => {
    await state.server?.stop();
    await keepLog("lemonldap", log(state));
  });
  await run(state);
  return { ...addresses(state), ...controls(state), people, signIn, log: () => log(state) };
}

const log = ({ logs, server }) => [...logs, server?.log() ?? ""].join("");

async function run(state) {
  const { folder, port, base, options } = state;
  if (state.server) {
    await state.server.stop();
    state.logs.push(state.server.log());
  }
  await rm(join(folder, "cache"), { recursive: true, force: true });
  await mkdir(join(folder, "cache"));
  await writeFile(join(folder, "conf/lmConf-1.json"), JSON.stringify(portal(state), null, 1));
  const clock = options.clockOffset ? { ...(await otherClock()), FAKETIME: `${options.clockOffset > 0 ? "+" : ""}${options.clockOffset}s` } : {};
  state.server = await start("plackup", ["-s", "HTTP::Server::PSGI", "--host", "127.0.0.1", "--port", String(port), "--no-default-middleware", program], {
    cwd: folder,
    health: `${base}/saml/metadata`,
    env: { ...plainEnv, ...clock, LLNG_DEFAULTCONFFILE: join(folder, "lemonldap-ng.ini") },
  });
}

function addresses({ base }) {
  const metadataUrl = `${base}/saml/metadata`;
  return {
    name: "LemonLDAP::NG",
    entityId: metadataUrl,
    metadataUrl,
    metadataXml: async () => (await fetch(metadataUrl)).text(),
    ssoUrl: `${base}/saml/singleSignOn`,
    sloUrl: `${base}/saml/singleLogout`,
    encryption: "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
    // signOut ends somebody's session at the provider, and so everywhere: it
    // asks each service provider in a frame of its page.
    signOut: async (page) => {
      await page.goto(`${base}/?logout=1`);
      await page.waitForLoadState("networkidle");
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByText("You have been disconnected").waitFor();
    },
  };
}

function controls(state) {
  return {
    certificate: () => state.key.certificate,
    async setServiceProvider({ entityId, ...rest }) {
      state.current = entityId;
      state.serviceProviders[entityId] = rest;
      await run(state);
    },
    async configure(options) {
      Object.assign(state.options, options);
      await run(state);
    },
    idpInitiatedUrl: ({ entityId = state.current, relayState } = {}) =>
      `${state.base}/saml/singleSignOn?${new URLSearchParams({ IDPInitiated: "1", sp: entityId, ...(relayState && { RelayState: relayState }) })}`,
    // rollOver takes another key into use at once: this version announces none.
    async rollOver(how) {
      state.key = await newKey(state.folder, `idp-${Date.now()}`, how);
      await run(state);
      return state.key.certificate;
    },
  };
}

// signIn fills in the form; where the provider still knows the browser there is none.
async function signIn(page, { id, password }) {
  await page.locator("#userfield").fill(id);
  await page.locator("#passwordfield").fill(password);
  await page.locator("form#lform button[type=submit]").click();
}
