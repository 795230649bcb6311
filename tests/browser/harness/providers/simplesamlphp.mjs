// Debian's SimpleSAMLphp as an organization's SAML provider, by PHP's own web
// server on loopback. Its configuration is PHP that reads JSON written here at
// each request, so whatever a test changes counts from the next request on.
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, keepLog, plainEnv, start } from "../processes.mjs";
import { newKey, otherClock } from "./keys.mjs";
import { people } from "./people.mjs";
import * as settings from "./simplesamlphp-settings.mjs";

const router = join(import.meta.dirname, "simplesamlphp-router.php");

// startSimpleSAMLphp knows no service provider yet: see setServiceProvider. The
// options are those of settings.defaults.
export async function startSimpleSAMLphp(closers, options = {}) {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-simplesamlphp-"));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  for (const name of ["sessions", "tmp", "data"]) await mkdir(join(folder, name));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}/simplesamlphp`;
  const state = { folder, base, port, options: { ...settings.defaults, ...options }, keys: [await newKey(folder, "idp-1")], serviceProviders: {} };
  await writeProgram(folder);
  await write(state);
  const server = await start("php", ["-S", `127.0.0.1:${port}`, router], {
    cwd: folder,
    health: `${base}/saml2/idp/metadata.php?output=xhtml`,
    env: { ...plainEnv, SIMPLESAMLPHP_CONFIG_DIR: folder, ...(await otherClock()), FAKETIME_TIMESTAMP_FILE: join(folder, "clock"), FAKETIME_NO_CACHE: "1" },
  });
  const log = () => server.log().replace(/^.* (Accepted|Closing)\n/gm, "");
  closers.push(async () => {
    await server.stop();
    await keepLog("simplesamlphp", log());
  });
  return { ...addresses(base), ...controls(state), people, signIn, log };
}

function addresses(base) {
  const metadataUrl = `${base}/saml2/idp/metadata.php`;
  const sloUrl = `${base}/saml2/idp/SingleLogoutService.php`;
  return {
    name: "SimpleSAMLphp",
    entityId: metadataUrl,
    metadataUrl,
    metadataXml: async () => (await fetch(metadataUrl)).text(),
    ssoUrl: `${base}/saml2/idp/SSOService.php`,
    sloUrl,
    encryption: "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
    // signOut ends somebody's session at the provider, and so everywhere.
    signOut: async (page) => {
      await page.goto(`${sloUrl}?ReturnTo=${encodeURIComponent(`${base}/logout.php`)}`);
      await page.waitForURL(`${base}/logout.php`);
    },
  };
}

function controls(state) {
  return {
    certificate: () => state.keys[0].certificate,
    // There may be several: a connection has an entity ID of its own.
    async setServiceProvider({ entityId, ...rest }) {
      state.current = entityId;
      state.serviceProviders[entityId] = rest;
      await write(state);
    },
    async configure(options) {
      Object.assign(state.options, options);
      await write(state);
    },
    idpInitiatedUrl: ({ entityId = state.current, relayState } = {}) =>
      `${state.base}/saml2/idp/SSOService.php?${new URLSearchParams({ spentityid: entityId, ...(relayState && { RelayState: relayState }) })}`,
    // announceKey publishes the next key beside the one in use; rollOver takes
    // it into use, announced or not, and forgets the old one.
    async announceKey() {
      state.keys[1] = await newKey(state.folder, `idp-${Date.now()}`);
      await write(state);
      return state.keys[1].certificate;
    },
    async rollOver(how) {
      state.keys = [state.keys[1] ?? (await newKey(state.folder, `idp-${Date.now()}`, how))];
      await write(state);
      return state.keys[0].certificate;
    },
  };
}

// signIn fills in the form; where the provider still knows the browser there is none.
async function signIn(page, { id, password }) {
  await page.locator("#username").fill(id);
  await page.locator("#password").fill(password);
  await page.getByRole("button", { name: "Login", exact: true }).click();
}

// Each of its files is a line that reads the JSON of the same name.
async function writeProgram(folder) {
  for (const [file, variable] of [["config", "config"], ["authsources", "config"], ["saml20-idp-hosted", "metadata"], ["saml20-sp-remote", "metadata"]])
    await writeFile(join(folder, `${file}.php`), `<?php $${variable} = json_decode(file_get_contents(__DIR__ . '/${file}.json'), true, 64, JSON_THROW_ON_ERROR);\n`);
}

async function write(state) {
  const files = {
    "config.json": settings.program(state),
    "authsources.json": settings.accounts(people),
    "saml20-idp-hosted.json": settings.identityProvider(state),
    "saml20-sp-remote.json": Object.fromEntries(Object.entries(state.serviceProviders).map(([id, sp]) => [id, settings.serviceProvider(sp, state.options)])),
  };
  for (const [name, content] of Object.entries(files)) await replace(join(state.folder, name), JSON.stringify(content, null, 1));
  await replace(join(state.folder, "clock"), `${state.options.clockOffset >= 0 ? "+" : ""}${state.options.clockOffset}s\n`);
}

// A request may be reading: it sees the old file or the new one.
async function replace(path, text) {
  if ((await readFile(path, "utf8").catch(() => null)) === text) return;
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}
