// Shortens the trip, never makes it: every page works without this file.
// Loaded in the head, so that .js is on the root before anything is drawn;
// everything else listens on the document. No words here: they come from
// data attributes, in the reader's language.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  if (!window.PublicKeyCredential) root.classList.add("no-passkey"); // what needs one is not drawn
  const on = (type, listen, capture) => document.addEventListener(type, listen, capture);
  const up = (event, selector) => event.target instanceof Element ? event.target.closest(selector) : null;

  // Copy: data-copy is the value, or "#id" of the element that holds it.
  on("click", async (event) => {
    const button = up(event, "[data-copy]");
    if (!button) return;
    const wanted = button.dataset.copy;
    const source = wanted.startsWith("#") ? document.getElementById(wanted.slice(1)) : null;
    try {
      await navigator.clipboard.writeText(source ? (source.innerText || source.textContent).trim() : wanted);
    } catch {
      if (source) getSelection().selectAllChildren(source);
      return;
    }
    const label = button.querySelector("[data-copy-label]");
    const before = label && label.textContent;
    if (label) label.textContent = button.dataset.copied;
    button.classList.add("copied");
    say(button.dataset.copied);
    setTimeout(() => {
      if (label) label.textContent = before;
      button.classList.remove("copied");
    }, 2000);
  });

  // One polite live region for short notices.
  let region;
  const say = (words) => {
    if (!words) return;
    if (!region) {
      region = document.createElement("div");
      region.className = "vh";
      region.setAttribute("role", "status");
      document.body.append(region);
    }
    region.textContent = "";
    setTimeout(() => { region.textContent = words; }, 50);
  };

  // Save a value shown once as a text file, without a request.
  on("click", (event) => {
    const button = up(event, "[data-save]");
    if (!button) return;
    const source = document.getElementById(button.dataset.save);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([source.innerText.trim() + "\n"], { type: "text/plain" }));
    link.download = button.dataset.filename;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  on("click", (event) => { if (up(event, "[data-print]")) print(); });

  // Show and hide a password.
  on("click", (event) => {
    const button = up(event, "[data-reveal]");
    if (!button) return;
    const input = document.getElementById(button.dataset.reveal);
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-label", shown ? button.dataset.hide : button.dataset.show);
    button.classList.toggle("on", shown);
  });

  // A form is sent once. The second press does nothing; coming back frees it.
  const free = (form) => {
    delete form.dataset.sending;
    const button = form.querySelector("[data-label]");
    if (!button) return;
    button.removeAttribute("aria-disabled");
    button.querySelector("[data-text]").textContent = button.dataset.label;
    delete button.dataset.label;
  };
  on("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.dataset.sending) { event.preventDefault(); return; }
    if (form.method !== "post") return;
    form.dataset.sending = "1";
    clean.add(form);
    const button = event.submitter, text = button && button.querySelector("[data-text]");
    if (!text) return;
    button.setAttribute("aria-disabled", "true");
    button.dataset.label = text.textContent;
    if (button.dataset.busy) text.textContent = button.dataset.busy;
  });
  on("click", (event) => { if (up(event, 'a[aria-disabled="true"]')) event.preventDefault(); });
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sending]").forEach(free);
  });

  // Six digits of any script: drop spaces, dashes and the marks that keep a
  // code together in Arabic mail, send on the last one.
  on("input", (event) => {
    const input = up(event, "[data-otp]");
    if (!input) return;
    const digits = input.value.replace(/[\s\u2066-\u2069-]/g, "");
    if (digits !== input.value) input.value = digits;
    if (/^\p{Nd}+$/u.test(digits) && digits.length === Number(input.dataset.otp) && !event.isComposing) input.form.requestSubmit();
  });

  // Another code can be asked for in a while: counted down, and said once.
  const hold = (button) => {
    const text = button.querySelector("[data-text]"), label = text.textContent, words = button.dataset.resendWords;
    let left = Number(button.dataset.resend);
    button.disabled = true;
    const tick = () => {
      if (left > 0) {
        text.textContent = words.replace("{s}", left--);
        setTimeout(tick, 1000);
        return;
      }
      button.disabled = false;
      text.textContent = label;
      say(label);
    };
    tick();
  };

  // An error goes away when its field is changed; it never comes while typing.
  on("input", (event) => {
    const input = up(event, '[aria-invalid="true"]');
    if (input) input.removeAttribute("aria-invalid");
  });

  // Leaving with something unsaved asks first: forms with data-guard that were
  // changed, and secrets whose box is not ticked.
  const clean = new WeakSet(), dirty = new Set();
  on("input", (event) => {
    const form = up(event, "form[data-guard]");
    if (form) dirty.add(form);
  });
  addEventListener("beforeunload", (event) => {
    const open = [...dirty].some((form) => form.isConnected && !clean.has(form));
    const secret = document.querySelector("form[data-secret]");
    if (open || (secret && !clean.has(secret))) event.preventDefault();
  });

  // Times tell how long ago, and keep telling.
  const steps = [["minute", 60], ["hour", 3600], ["day", 86400]];
  const ago = () => {
    const format = new Intl.RelativeTimeFormat(root.lang || undefined, { numeric: "auto", style: "short" });
    for (const time of document.querySelectorAll("time[data-relative]")) {
      const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
      if (Number.isNaN(seconds) || Math.abs(seconds) >= 86400) continue;
      const [unit, size] = steps.findLast(([, s]) => Math.abs(seconds) >= s) || ["second", 1];
      time.textContent = format.format(Math.trunc(seconds / size), unit);
    }
  };
  setInterval(() => { if (!document.hidden) ago(); }, 60000);

  // Parts of a page keep themselves up to date: data-live is where to ask, every
  // so many seconds; not in hidden tabs, and for ten minutes. A 304 says that
  // nothing changed. Focus stays on what has the same id.
  const watch = (part) => {
    const until = Date.now() + 600000, wait = Number(part.dataset.every) * 1000;
    let tag = "";
    const ask = async () => {
      if (!part.isConnected || Date.now() > until) return;
      const read = "pauses" in part.dataset && part.getBoundingClientRect().top < 0; // scrolled into: it must not move
      if (document.hidden || read) { setTimeout(ask, wait); return; }
      const stale = part.querySelector("[data-live-stale]");
      try {
        const answer = await fetch(part.dataset.live, { headers: tag ? { "If-None-Match": tag } : {}, redirect: "error" });
        if (answer.status === 200) {
          tag = answer.headers.get("ETag") || "";
          const held = part.contains(document.activeElement) && document.activeElement.id;
          part.innerHTML = await answer.text();
          if (part.querySelector("[data-live-done]")) { location.reload(); return; } // the rest of the page is about it too
          if (held && document.getElementById(held)) document.getElementById(held).focus();
          ago();
        } else if (answer.status !== 304) {
          throw new Error(answer.status);
        } else if (stale) {
          stale.hidden = true;
        }
      } catch {
        if (stale) stale.hidden = false;
      }
      setTimeout(ask, wait);
    };
    setTimeout(ask, wait);
  };

  // Shortcuts, only where the page says so: / searches, g and a letter goes,
  // j and k walk the rows. Esc closes menus and leaves dialogs.
  let going = 0;
  const typing = (event) => up(event, "input, textarea, select, [contenteditable]");
  on("keydown", (event) => {
    if (event.key === "Escape") return leave(event);
    if (!("shortcuts" in root.dataset) || event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
    if (event.key === "/") {
      const search = document.querySelector("input[data-search]") || document.querySelector("a[data-search]");
      if (search) { event.preventDefault(); search.matches("a") ? search.click() : search.focus(); }
    } else if (event.key === "g") {
      going = Date.now();
    } else if (Date.now() - going < 1500) {
      going = 0;
      const link = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (link) link.click();
    } else if (event.key === "j" || event.key === "k") {
      walk(event.key === "j" ? 1 : -1);
    }
  });
  const walk = (by) => {
    const rows = [...document.querySelectorAll("tbody a.cell")];
    const at = rows.indexOf(document.activeElement);
    const next = rows[at < 0 ? 0 : at + by];
    if (next) next.focus();
  };
  const leave = (event) => {
    const menu = document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); return; }
    if (document.querySelector(":popover-open")) return;
    const back = document.querySelector("[data-close]");
    if (back) { event.preventDefault(); back.click(); }
  };
  on("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  // What waits for the page: dialogs become modal, toasts speak and go.
  on("DOMContentLoaded", () => {
    ago();
    document.querySelector("form[data-at-once]")?.requestSubmit(); // on the way to a provider
    document.querySelectorAll("button[data-resend]").forEach(hold);
    document.querySelectorAll("[data-live]").forEach(watch);
    for (const dialog of document.querySelectorAll("dialog[data-modal][open]")) {
      dialog.close();
      dialog.showModal();
    }
    for (const toast of document.querySelectorAll("[data-toast]")) {
      say(toast.textContent.trim());
      const go = () => { if (toast.matches(":hover, :focus-within")) setTimeout(go, 1000); else toast.remove(); };
      setTimeout(go, 6000);
    }
  });
})();
