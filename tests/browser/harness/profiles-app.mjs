// An application that keeps its own users and asks Gatehouse alone who came: the
// npm client's sso.* as published, by the Express example's copy of it. Run by
// the example's Node; stage.profiles starts it.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const { WorkOS } = createRequire(join(resolve(import.meta.dirname, "../../.."), "examples/express/server.js"))("@workos-inc/node");
const { APP_URL, PORT, GATEHOUSE_HOST, WORKOS_API_KEY, WORKOS_CLIENT_ID: clientId } = process.env;
const [apiHostname, port] = GATEHOUSE_HOST.split(":");
const workos = new WorkOS(WORKOS_API_KEY, { clientId, apiHostname, port: Number(port), https: false });
const redirectUri = `${APP_URL}/callback`;

async function answer(url) {
  const query = Object.fromEntries(url.searchParams);
  if (url.pathname === "/start") return { location: workos.sso.getAuthorizationUrl({ clientId, redirectUri, state: "as it was sent", ...query }) };
  if (url.pathname !== "/callback") return { text: "The application that asks for profiles" };
  if (query.error) return { text: JSON.stringify({ error: query.error, state: query.state }) };
  const { accessToken, profile } = await workos.sso.getProfileAndToken({ clientId, code: query.code });
  const read = () => workos.sso.getProfile({ accessToken }).catch((err) => err.status);
  const known = await read();
  const again = await workos.sso.getProfileAndToken({ clientId, code: query.code }).catch((err) => err.error ?? err.message);
  return { text: JSON.stringify({ state: query.state, profile, known, again, after: await read() }) };
}

createServer((request, response) => {
  answer(new URL(request.url, APP_URL)).catch((err) => ({ text: `${err.name}: ${err.message}` })).then(({ location, text }) => {
    if (location) return response.writeHead(302, { location }).end();
    return response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(`<!doctype html><title>Profiles</title><pre id="answer">${text.replaceAll("<", "&lt;")}</pre>`);
  });
}).listen(Number(PORT), "127.0.0.1");
