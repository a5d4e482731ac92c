// Keeps the page as the server would show it now, and says so when it cannot. Without it the page works too, by
// reloading. The rule: an update takes nothing from a person: what is open, focused or typed in stays so.
"use strict";
(() => {
  const QUIET = 45000; // a stream beats every 15 seconds: after three it is dead
  const NAP = 20000; // the watch below runs every 5 seconds: a longer gap means that the machine slept
  const OLD = 60000;
  const SLOW = 2000; // an answer that takes longer is waited for, and that is said
  const LIMIT = 10000; // connections that a sleep has cut never answer
  const main = document.querySelector("main");
  const said = document.getElementById("said");
  const stale = document.getElementById("stale");

  // What a page says from its start is not read out; and where an action leads to must not be folded away.
  const notice = document.querySelector(".say[role=status]");
  if (notice) said.textContent = notice.textContent;
  const target = document.getElementById(location.hash.slice(1));
  target?.querySelector("details.fold")?.setAttribute("open", "");
  if (!main.matches("[data-live]")) return;

  // --- updating in place ---------------------------------------------------------------------------------------------

  const given = new WeakMap(); // whether the server last had a details open
  const note = () => document.querySelectorAll("details").forEach((one) => given.has(one) || given.set(one, one.open));
  note();

  const handle = (node) => {
    if (node.nodeType !== Node.ELEMENT_NODE) return node.nodeName;
    const words = () => node.textContent.trim();
    if (node.id) return `${node.nodeName} #${node.id}`;
    if (node.matches("form")) return `form ${node.getAttribute("action")} ${words()}`;
    if (node.matches("a")) return `a ${node.getAttribute("href")}`;
    if (node.matches("details")) return `details ${node.firstElementChild.textContent.trim()}`;
    return node.nodeName;
  };

  const isChanged = (field) => {
    if (field.matches("select")) return [...field.options].some((one) => one.selected !== one.defaultSelected && one.index);
    if (field.matches("[type=radio]")) return field.checked !== field.defaultChecked;
    return field.value !== field.defaultValue;
  };
  const typedIn = (node) =>
    node.nodeType === Node.ELEMENT_NODE && [...node.querySelectorAll("input, textarea, select")].find(isChanged);

  const drop = (node) => {
    const field = typedIn(node);
    if (!field) {
      node.remove();
    } else if (!node.querySelector(".over")) {
      const words = document.createElement("p");
      words.className = "say soon over";
      words.textContent = "This is no longer waiting: it was settled meanwhile. What you typed was not sent.";
      field.closest("form").append(words);
    }
  };

  const patch = (old, fresh) => {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
      return;
    }
    const folds = old.matches("details");
    const mine = (name) => folds && name === "open";
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !mine(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value && !mine(name)) old.setAttribute(name, value);
    }
    if (folds && fresh.open !== given.get(old)) {
      given.set(old, fresh.open);
      if (fresh.open || !(old.contains(document.activeElement) || typedIn(old))) old.open = fresh.open;
    }
    const waiting = new Map();
    for (const one of old.childNodes) waiting.set(handle(one), [...(waiting.get(handle(one)) ?? []), one]);
    const pairs = [...fresh.childNodes].map((next) => [waiting.get(handle(next))?.shift(), next]);
    for (const rest of waiting.values()) rest.forEach(drop);
    let last = null;
    for (const [known, next] of pairs) {
      const node = known ?? document.adoptNode(next);
      const place = last ? last.nextSibling : old.firstChild;
      if (node !== place) old.insertBefore(node, place);
      if (known) patch(known, next);
      last = node;
    }
  };

  const update = (fresh) => {
    const held = document.activeElement;
    const around = [];
    for (let one = held; one; one = one.parentElement) if (one.id) around.push(one.id);
    patch(main, fresh.querySelector("main"));
    patch(document.querySelector("footer"), fresh.querySelector("footer"));
    note();
    if (document.activeElement === held) return;
    const there = held.isConnected ? held : around.map((id) => document.getElementById(id)).find(Boolean);
    if (there !== held) there?.setAttribute("tabindex", "-1");
    there?.focus({ preventScroll: true });
  };

  // --- asking and listening ------------------------------------------------------------------------------------------

  let stream = null;
  let asking = null;
  let again = false;
  let refreshed = Date.now();
  let heard = refreshed;
  let watched = refreshed;

  const doubt = (words) => {
    const since = new Date(refreshed).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    const text = words ?? `The gateway has not answered since ${since}. What stands here may be old; it is asked again and again.`;
    stale.hidden = false;
    if (stale.textContent !== text) stale.textContent = text;
  };

  const refresh = async () => {
    if (asking) {
      again = true;
      return;
    }
    const mine = new AbortController();
    asking = mine;
    again = false;
    const slow = setTimeout(doubt, SLOW);
    const end = setTimeout(() => mine.abort(), LIMIT);
    try {
      const answer = await fetch(location.pathname + location.search, { cache: "no-store", signal: mine.signal });
      const text = await answer.text();
      if (answer.redirected && !typedIn(main)) {
        location.reload();
      } else if (answer.redirected) {
        doubt("Your sign-in here has ended, and what stands here may be old. Reload the page to sign in again.");
      } else if (answer.ok) {
        const fresh = new DOMParser().parseFromString(text, "text/html");
        update(fresh);
        if (document.title !== fresh.title) said.textContent = fresh.title.split(" · ")[0];
        document.title = fresh.title;
        refreshed = Date.now();
        stale.hidden = true;
      } else {
        doubt();
      }
    } catch {
      if (asking === mine) doubt(); // else a newer one took over
    } finally {
      clearTimeout(slow);
      clearTimeout(end);
      if (asking === mine) asking = null;
    }
    if (again) refresh();
  };

  const listen = () => {
    stream?.close();
    heard = Date.now();
    stream = new EventSource("/events");
    const hear = () => {
      heard = Date.now();
    };
    stream.addEventListener("beat", hear);
    stream.addEventListener("open", hear);
    stream.addEventListener("open", refresh);
    stream.addEventListener("changed", hear);
    stream.addEventListener("changed", refresh);
    stream.addEventListener("error", refresh);
  };

  const wake = () => {
    asking?.abort();
    asking = null;
    listen();
    refresh();
  };

  setInterval(() => {
    const now = Date.now();
    const slept = now - watched > NAP;
    watched = now;
    if (slept || now - heard > QUIET) wake();
    else if (!stale.hidden || (document.visibilityState === "visible" && now - refreshed > OLD)) refresh();
  }, 5000);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") refresh();
  });
  document.addEventListener("resume", wake);
  window.addEventListener("online", wake);
  window.addEventListener("offline", () => doubt());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) wake();
  });
  listen();
})();
