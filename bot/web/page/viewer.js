// Counts how long each page is in sight, once the reader has agreed; without that it does nothing at all.
"use strict";
(() => {
  const pages = document.getElementById("pages"), ask = document.getElementById("ask");
  const token = pages.dataset.token, marks = pages.querySelectorAll("[data-page]");
  const kept = (store, key, made) => { try { if (!store.getItem(key) && made) store.setItem(key, made); return store.getItem(key); } catch { return made; } };
  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");

  const begin = () => {
    const device = kept(localStorage, "d:" + token, random());
    const share = new Map();
    let seconds = {};
    const watch = new IntersectionObserver((seen) => {
      for (const one of seen) share.set(one.target.dataset.page, one.isIntersecting ? one.intersectionRect.height : 0);
    }, { threshold: [0, 0.1, 0.25, 0.5, 0.75, 1] });
    marks.forEach((mark) => watch.observe(mark));
    const flush = () => {
      if (!Object.keys(seconds).length) return;
      const body = JSON.stringify({ device, pages: seconds });
      seconds = {};
      fetch("/v/" + token + "/seen", { method: "POST", body, headers: { "Content-Type": "application/json" }, keepalive: true }).catch(() => {});
    };
    setInterval(() => {
      if (document.visibilityState !== "visible") return;
      const [page, height] = [...share].reduce((best, one) => (one[1] > best[1] ? one : best), ["", 0]);
      if (height > 0) seconds[page] = (seconds[page] || 0) + 1;
    }, 1000);
    setInterval(flush, 5000);
    addEventListener("pagehide", flush);
    document.addEventListener("visibilitychange", flush);
  };

  const said = kept(sessionStorage, "s:" + token, "");
  if (said === "yes") begin();
  else if (said !== "no") {
    ask.hidden = false;
    const answer = (word) => { kept(sessionStorage, "s:" + token, word); ask.hidden = true; if (word === "yes") begin(); };
    document.getElementById("yes").addEventListener("click", () => answer("yes"));
    document.getElementById("no").addEventListener("click", () => answer("no"));
  }
})();
