// The pages of the oidc-provider: its own fetch fonts from elsewhere.

const page = ({ name }, body) => `<!doctype html><html lang="en"><title>${name}</title><h1>${name}</h1>${body}`;

// pages are the sign-in page and its answer. Who is not assigned to the
// application is sent back with a refusal.
export function pages(provider, state) {
  return async (ctx, next) => {
    const uid = /^\/sign-in\/[\w-]+$/.test(ctx.path);
    if (!uid) return next();
    if (ctx.method === "GET") {
      ctx.type = "html";
      ctx.body = page(state, `<form method="post"><label>Account <input name="account"></label><button>Sign in at ${state.name}</button></form>`);
      return undefined;
    }
    let text = "";
    for await (const part of ctx.req) text += part;
    ctx.respond = false;
    const accountId = new URLSearchParams(text).get("account");
    const result = state.people.get(accountId)?.unassigned
      ? { error: "access_denied", error_description: "This person is not assigned to the application." }
      : { login: { accountId } };
    return provider.interactionFinished(ctx.req, ctx.res, result);
  };
}

// logoutPages ask whether somebody means it, and say that it is done.
export const logoutPages = (state) => ({
  logoutSource: (ctx, form) => {
    ctx.type = "html";
    ctx.body = page(state, `${form}<button form="op.logoutForm" name="logout" value="yes">Sign out of ${state.name}</button>`);
  },
  postLogoutSuccessSource: (ctx) => {
    ctx.type = "html";
    ctx.body = page(state, `<p>Signed out of ${state.name}.`);
  },
});
