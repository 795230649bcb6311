// Passkeys: a form with data-passkey="get" or "create" holds the question in
// data-options; its answer goes into the hidden field "credential". A form with
// data-passkey="conditional" waits for a passkey that the browser suggests in a
// field.
(() => {
  "use strict";
  const b64 = {
    bytes: (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0)),
    text: (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, ""),
  };
  const known = (list) => (list || []).map((c) => ({ ...c, id: b64.bytes(c.id) }));

  // Older browsers have passkeys and cannot read or write their JSON.
  const options = (form) => {
    const o = JSON.parse(form.dataset.options);
    o.challenge = b64.bytes(o.challenge);
    if (o.user) o.user = { ...o.user, id: b64.bytes(o.user.id) };
    o.allowCredentials = known(o.allowCredentials);
    o.excludeCredentials = known(o.excludeCredentials);
    return o;
  };
  const answer = (c) => {
    const r = c.response, out = { id: c.id, rawId: b64.text(c.rawId), type: c.type, clientExtensionResults: c.getClientExtensionResults() };
    out.response = { clientDataJSON: b64.text(r.clientDataJSON) };
    if (c.authenticatorAttachment) out.authenticatorAttachment = c.authenticatorAttachment;
    if (r.attestationObject) {
      out.response.attestationObject = b64.text(r.attestationObject);
      if (r.getTransports) out.response.transports = r.getTransports();
    } else {
      out.response.authenticatorData = b64.text(r.authenticatorData);
      out.response.signature = b64.text(r.signature);
      if (r.userHandle) out.response.userHandle = b64.text(r.userHandle);
    }
    return JSON.stringify(out);
  };
  const send = (form, credential) => {
    form.elements.credential.value = answer(credential);
    HTMLFormElement.prototype.submit.call(form);
  };
  const show = (form, what) => {
    const note = form.querySelector(`[data-passkey-${what}]`);
    if (note) note.hidden = false;
  };

  let waiting;
  const press = async (form) => {
    if (waiting) waiting.abort();
    form.querySelectorAll("[data-passkey-cancelled]").forEach((n) => { n.hidden = true; });
    try {
      const publicKey = options(form);
      const credential = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
      if (credential) send(form, credential);
    } catch {
      show(form, "cancelled");
    }
  };
  const suggest = async (form) => {
    if (!PublicKeyCredential.isConditionalMediationAvailable || !await PublicKeyCredential.isConditionalMediationAvailable()) return;
    waiting = new AbortController();
    try {
      const credential = await navigator.credentials.get({ publicKey: options(form), mediation: "conditional", signal: waiting.signal });
      if (credential) send(form, credential);
    } catch { /* nobody picked one */ }
  };

  const forms = document.querySelectorAll("form[data-passkey]");
  for (const form of forms) {
    if (!window.PublicKeyCredential) { show(form, "unsupported"); continue; }
    if (form.dataset.passkey === "conditional") { suggest(form); continue; }
    form.addEventListener("submit", (event) => { event.preventDefault(); event.stopImmediatePropagation(); press(form); }, true);
  }
})();
