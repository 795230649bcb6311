// An application that leaves signing in to Gatehouse. Everything that is
// particular to Gatehouse is in the options of `new WorkOS`: the host, the port
// and whether it speaks https. The rest is the npm client as published.
import { randomBytes, timingSafeEqual } from "node:crypto";
import cookieParser from "cookie-parser";
import express from "express";
import { WorkOS } from "@workos-inc/node";

const env = (name) => {
  if (process.env[name]) return process.env[name];
  console.error(`${name} is not set: README.md says where it comes from.`);
  process.exit(1);
};

const cookiePassword = env("WORKOS_COOKIE_PASSWORD"); // 32 characters or more, known to this application alone
const [gatehouseHost, gatehousePort] = (process.env.GATEHOUSE_HOST ?? "localhost:8080").split(":");
const https = process.env.GATEHOUSE_HTTPS === "true";
const port = Number(process.env.PORT ?? 3000);
const appURL = process.env.APP_URL ?? `http://localhost:${port}`;
const redirectUri = `${appURL}/callback`;

const workos = new WorkOS(env("WORKOS_API_KEY"), {
  clientId: env("WORKOS_CLIENT_ID"),
  apiHostname: gatehouseHost,
  port: gatehousePort ? Number(gatehousePort) : undefined,
  https,
});

const cookie = { httpOnly: true, sameSite: "lax", secure: appURL.startsWith("https:"), path: "/" };
const sealed = (req) => workos.userManagement.loadSealedSession({ sessionData: req.cookies.app_session ?? "", cookiePassword });
const keep = (res, session) => res.cookie("app_session", session, cookie);

// signedIn lets a request through only with a live session. An access token
// lives five minutes; when it has run out the refresh token gets a new one.
async function signedIn(req, res, next) {
  const session = sealed(req);
  let result = await session.authenticate();
  if (!result.authenticated && result.reason === "invalid_jwt") {
    result = await session.refresh();
    if (result.authenticated) keep(res, result.sealedSession);
  }
  if (!result.authenticated) {
    if (result.retryable) return res.status(503).send(page("Busy", "<p>Please try again in a moment.</p>"));
    return res.clearCookie("app_session", cookie).redirect("/login");
  }
  req.session = result;
  next();
}

const app = express();
app.disable("x-powered-by");
app.use(cookieParser());

app.get("/", (req, res) => {
  const signedOut = `<p>You are not signed in.</p><p><a href="/login">Sign in</a> or <a href="/signup">create an account</a></p>`;
  res.send(page("Fieldnote", req.cookies.app_session ? `<p><a href="/dashboard">Your dashboard</a></p>` : signedOut));
});

// start sends the browser to the hosted login. `state` comes back with the code
// and has to match the cookie, or somebody else began this sign-in.
const start = (screenHint) => (req, res) => {
  const state = randomBytes(24).toString("base64url");
  res.cookie("app_state", state, { ...cookie, maxAge: 30 * 60 * 1000 });
  res.redirect(workos.userManagement.getAuthorizationUrl({ provider: "authkit", redirectUri, state, screenHint }));
};
app.get("/login", start("sign-in"));
app.get("/signup", start("sign-up"));

app.get("/callback", async (req, res) => {
  const sent = Buffer.from(String(req.cookies.app_state ?? ""));
  const got = Buffer.from(String(req.query.state ?? ""));
  res.clearCookie("app_state", cookie);
  if (sent.length === 0 || sent.length !== got.length || !timingSafeEqual(sent, got)) {
    return res.status(400).send(page("Not your sign-in", `<p>This sign-in was not started here. <a href="/login">Start again</a></p>`));
  }
  if (!req.query.code) {
    const why = escape(req.query.error_description ?? req.query.error ?? "No code came back.");
    return res.status(400).send(page("Not signed in", `<p>${why} <a href="/login">Try again</a></p>`));
  }
  const { sealedSession } = await workos.userManagement.authenticateWithCode({
    code: String(req.query.code),
    session: { sealSession: true, cookiePassword },
  });
  keep(res, sealedSession).redirect("/dashboard");
});

app.get("/dashboard", signedIn, (req, res) => {
  const { user, organizationId, role, sessionId } = req.session;
  const rows = { Email: user.email, Name: [user.firstName, user.lastName].filter(Boolean).join(" ") || "not given", User: user.id,
    Organization: organizationId ?? "none", Role: role ?? "none", Session: sessionId };
  const list = Object.entries(rows).map(([k, v]) => `<dt>${k}</dt><dd data-field="${k.toLowerCase()}">${escape(v)}</dd>`).join("");
  const renewed = req.query.refreshed ? `<p role="status">The session was renewed.</p>` : "";
  res.send(page("Dashboard", `${renewed}<dl>${list}</dl><p><a href="/refresh">Renew the session</a> · <a href="/logout">Sign out</a></p>`));
});

app.get("/refresh", async (req, res) => {
  const result = await sealed(req).refresh();
  if (result.authenticated) return keep(res, result.sealedSession).redirect("/dashboard?refreshed=1");
  if (result.retryable) return res.status(503).send(page("Busy", `<p>Please <a href="/refresh">try again</a> in a moment.</p>`));
  res.clearCookie("app_session", cookie).redirect("/login");
});

app.get("/logout", async (req, res) => {
  const session = sealed(req);
  let { authenticated, reason } = await session.authenticate();
  // The logout address names the session, which a run-out token still proves after a refresh.
  if (reason === "invalid_jwt") ({ authenticated } = await session.refresh());
  res.clearCookie("app_session", cookie);
  res.redirect(authenticated ? await session.getLogoutUrl({ returnTo: `${appURL}/` }) : "/");
});

app.use((err, req, res, next) => {
  console.error(`${req.method} ${req.path}: ${err.name}: ${err.message}${err.requestID ? ` (request ${err.requestID})` : ""}`);
  res.status(502).send(page("That did not work", `<p>${escape(err.message)}</p><p><a href="/login">Try again</a></p>`));
});

function escape(text) {
  return String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

function page(title, body) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><h1>${title}</h1>${body}</html>`;
}

app.listen(port, "127.0.0.1", () => console.log(`The example is at ${appURL}`));
