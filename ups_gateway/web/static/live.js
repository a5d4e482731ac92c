// Keeps the page as the server would show it now. Without it the page works too, by reloading.
"use strict";
(() => {
  const QUIET = 45000; // a stream beats every 15 seconds: after three it is dead
  const NAP = 20000; // the watch below runs every 5 seconds: a longer gap means that the machine slept
  const said = document.getElementById("said");
  let stream = null;
  let heard = Date.now();
  let watched = heard;
  let refreshed = heard;
  let busy = false;
  let late = false;

  const regions = (doc) => [...doc.querySelectorAll("[data-live]")];
  const ids = (doc) => regions(doc).map((one) => one.id).join(" ");
  if (regions(document).length === 0) return;

  const inUse = (one) =>
    one.querySelector("details[open]") !== null ||
    (one.contains(document.activeElement) && document.activeElement !== one);

  const take = (old, fresh) => {
    if (!old || !fresh || old.outerHTML === fresh.outerHTML) return;
    if (inUse(old)) late = true;
    else old.replaceWith(document.adoptNode(fresh));
  };

  const refresh = async () => {
    if (busy) {
      late = true;
      return;
    }
    busy = true;
    late = false;
    try {
      const answer = await fetch(location.pathname + location.search, { cache: "no-store" });
      if (answer.redirected) {
        location.reload();
        return;
      }
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (ids(document) === ids(fresh)) regions(document).forEach((one) => take(one, fresh.getElementById(one.id)));
      else take(document.getElementById("content"), fresh.getElementById("content"));
      if (document.title !== fresh.title && !late) {
        document.title = fresh.title;
        said.textContent = fresh.title.split(" · ")[0];
      }
      refreshed = Date.now();
    } catch {
      late = true; // the gateway does not answer; the stream's next open brings us back here
    } finally {
      busy = false;
    }
  };

  const listen = () => {
    if (stream) stream.close();
    heard = Date.now();
    stream = new EventSource("/events");
    stream.addEventListener("open", () => {
      heard = Date.now();
      refresh();
    });
    stream.addEventListener("changed", () => {
      heard = Date.now();
      refresh();
    });
    stream.addEventListener("beat", () => {
      heard = Date.now();
    });
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) refresh();
    });
  };

  setInterval(() => {
    const now = Date.now();
    const slept = now - watched > NAP;
    watched = now;
    if (slept || now - heard > QUIET) listen();
    else if (late || (document.visibilityState === "visible" && now - refreshed > 60000)) refresh();
  }, 5000);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") refresh();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) listen();
  });
  listen();
})();
